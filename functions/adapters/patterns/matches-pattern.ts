import { RE2Set } from "re2js";
import type { MatchesPattern } from "#core/bot/keyword-filter.ts";

/** Characters times the size of the patterns. The slowest list takes 50 ms for this many, measured on one core. */
const maxSteps = 1_000_000;

/** Memory for the engine's state table. With the default of 8 MB, expensive patterns are slower. */
const maxStateBytes = 64 * 1024;

/** Number of compiled lists in the cache. Compiling takes 0.2 ms for most lists, 50 ms for the slowest. */
const maxCachedSets = 64;

/**
 * Replaces the part of a text that is not searched. A pattern must match with and without it: with it, `$` does not match at
 * the cut; without it, `[^a]` does not match the marker itself.
 */
const truncationMarker = "\u{10ffff}";

/** A cache of the `maxEntries` most recently used values. */
const makeLruCache = <V extends object>(maxEntries: number) => {
  const entries = new Map<string, V>();
  return (key: string, make: () => V): V => {
    const value = entries.get(key) ?? make();
    entries.delete(key);
    entries.set(key, value);
    const [oldest] = entries.keys();
    if (entries.size > maxEntries && oldest !== undefined) entries.delete(oldest);
    return value;
  };
};

/** A pattern that a newer version of the engine rejects is omitted, so the others still match. */
const compile = (patterns: readonly string[]): RE2Set => {
  const set = new RE2Set(RE2Set.UNANCHORED, 0, maxStateBytes);
  for (const pattern of patterns) {
    try {
      set.add(pattern);
    } catch {}
  }
  set.compile();
  return set;
};

/**
 * Matches all patterns in one pass with RE2's algorithm, in time linear to the text's length. Of a long text, only the beginning
 * is searched: `maxSteps` allows 1,000 characters for patterns of the maximum size, and 50,000 for a pattern of 20 characters.
 */
export const makeMatchesPattern = (): MatchesPattern => {
  const cache = makeLruCache<RE2Set>(maxCachedSets);
  return (patterns, text) => {
    const set = cache(JSON.stringify(patterns), () => compile(patterns));
    const maxCharacters = Math.floor(maxSteps / set.prog.numInst());
    if (text.length <= maxCharacters) return set.match(text).length > 0;
    const head = text.slice(0, maxCharacters / 2);
    const matchesWithMarker = new Set(set.match(head + truncationMarker));
    return set.match(head).some((pattern) => matchesWithMarker.has(pattern));
  };
};
