import { RE2Set } from "re2js";
import type { MatchesPattern } from "#core/bot/keyword-filter.ts";

/** Of characters times the patterns' size. Measured on one core, the worst list takes 50 ms for so many. */
const mostSteps = 1_000_000;

/** For the engine's table of states. A larger one, 8 MB by default, costs nasty patterns more than it saves. */
const statesBytes = 64 * 1024;

/** Lists kept compiled: compiling takes 0.2 ms for most, 50 ms for the worst. */
const mostLists = 64;

/**
 * Stands for what is not looked at. A pattern must fit with it and without it: with it, `$` does not take the cut for the
 * end; without it, `[^a]` does not take it for a character of the text.
 */
const beyond = "\u{10ffff}";

/** Keeps what was made for the keys asked for most recently, `most` of them; makes again what it no longer has. */
const makeRecent = <V extends object>(most: number) => {
  const kept = new Map<string, V>();
  return (key: string, make: () => V): V => {
    const value = kept.get(key) ?? make();
    kept.delete(key);
    kept.set(key, value);
    const [oldest] = kept.keys();
    if (kept.size > most && oldest !== undefined) kept.delete(oldest);
    return value;
  };
};

/** One that the engine of today does not take, though that of yesterday did, is left out: its neighbours fit as before. */
const compile = (patterns: readonly string[]): RE2Set => {
  const set = new RE2Set(RE2Set.UNANCHORED, 0, statesBytes);
  for (const pattern of patterns) {
    try {
      set.add(pattern);
    } catch {}
  }
  set.compile();
  return set;
};

/**
 * Matches by RE2's algorithm, all patterns in one pass, in time linear in the text's length. Of a long text the head is
 * looked at: `mostSteps` are 1,000 characters for patterns of the largest size, and 50,000 for one of 20 characters.
 */
export const makeFitsPattern = (): MatchesPattern => {
  const recent = makeRecent<RE2Set>(mostLists);
  return (patterns, text) => {
    const set = recent(JSON.stringify(patterns), () => compile(patterns));
    const most = Math.floor(mostSteps / set.prog.numInst());
    if (text.length <= most) return set.match(text).length > 0;
    const head = text.slice(0, most / 2);
    const fitsOn = new Set(set.match(head + beyond));
    return set.match(head).some((pattern) => fitsOn.has(pattern));
  };
};
