import { setTimeout as delay } from "node:timers/promises";
import { atRate, median, percentile } from "../suite/statistics.ts";
import { countOf, newMessage } from "./chatroom.ts";
import type { Contestant } from "./contestants.ts";
import type { Speed } from "./results.ts";

/** The words are whole, so that they can be counted in messages of any markup. */
const script = { deltas: 20, size: 8, firstMs: 50, paceMs: 10, word: "aaaaaaa" };
const rates = [5, 20, 100];
const seconds = 5;
const rounds = 3;
/** An answer that is not whole after this counts as late. */
const patienceMs = 15_000;

interface TurnTimes {
  readonly firstMs: number;
  readonly endMs: number;
  readonly wholeMs: number;
}

const orNull = (value: number): number | null => (Number.isNaN(value) ? null : value);

/** One message of a new user. Undefined if the whole answer has not reached the platform in time. */
const answerOne = ({ room, bot }: Contestant): Promise<TurnTimes | undefined> => {
  const { user, seen } = room.join();
  const startedAt = performance.now();
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, patienceMs, undefined);
    let firstAt = Number.NaN;
    seen.onText = () => {
      const now = performance.now();
      const words = countOf(seen, script.word);
      if (words > 0 && Number.isNaN(firstAt)) firstAt = now;
      if (words < script.deltas) return;
      clearTimeout(timer);
      seen.onText = () => {};
      resolve({
        firstMs: firstAt - seen.difyFirstAt,
        endMs: now - seen.difyEndedAt,
        wholeMs: now - startedAt,
      });
    };
    void room.platform.deliver(bot.url, newMessage(user, script));
  });
};

type Answers = readonly (TurnTimes | undefined)[];

const wholeOf = (answers: Answers): readonly TurnTimes[] => answers.filter((each) => each !== undefined);
const medianMs = (answers: Answers): number => median(wholeOf(answers).map(({ wholeMs }) => wholeMs));

/** `alone`: its own answers one after another. `relay`: those of the relay at the same rate. */
const summarize = (answers: Answers, alone: Answers, relay: Answers): Omit<Speed, "name" | "rate"> => {
  const whole = wholeOf(answers);
  const at = (share: number, of: keyof TurnTimes) =>
    orNull(
      percentile(
        whole.map((each) => each[of]),
        share,
      ),
    );
  const wholeMs = medianMs(answers);
  const late = answers.length - whole.length;
  return {
    first: { p50: at(0.5, "firstMs"), p95: at(0.95, "firstMs") },
    end: { p50: at(0.5, "endMs"), p95: at(0.95, "endMs") },
    wholeMs: orNull(wholeMs),
    againstRelay: orNull(wholeMs / medianMs(relay)),
    late,
    sent: answers.length,
    keepsUp: late === 0 && wholeMs <= 2 * medianMs(alone),
  };
};

/** Answers one after another, and drops the first ones, which warm up. */
const answerAlone = async (contestant: Contestant): Promise<Answers> => {
  const answers: (TurnTimes | undefined)[] = [];
  for (let count = 0; count < 10; count += 1) answers.push(await answerOne(contestant));
  return answers.slice(5);
};

/**
 * Measures all in turn at each rate; the first is the floor. The first round of a rate warms up. A bot that falls behind ends:
 * it is not asked at the next rate, and what it still has to do does not slow down the others.
 */
export const measureSpeed = async (contestants: readonly Contestant[]): Promise<readonly Speed[]> => {
  const results: Speed[] = [];
  const alone = new Map<string, Answers>();
  for (const contestant of contestants) alone.set(contestant.name, await answerAlone(contestant));
  let racing = contestants;
  for (const rate of rates) {
    const answers = new Map<string, (TurnTimes | undefined)[]>(racing.map(({ name }) => [name, []]));
    for (let round = 0; round <= rounds; round += 1) {
      for (const contestant of racing) {
        const all = answers.get(contestant.name);
        if (all?.includes(undefined)) continue;
        const more = await atRate(rate, rate * seconds, () => answerOne(contestant));
        if (round > 0) all?.push(...more);
        if (all?.includes(undefined)) await contestant.bot.kill();
        await delay(500);
      }
    }
    const [relay = []] = answers.values();
    for (const [name, all] of answers) {
      results.push({ name, rate, ...summarize(all, alone.get(name) ?? [], relay) });
    }
    racing = racing.filter(({ name }) => results.findLast((each) => each.name === name)?.keepsUp);
  }
  return results;
};
