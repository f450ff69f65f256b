import { expect, test } from "@jest/globals";
import fc from "fast-check";
import { sentences } from "../../../functions/core/sentences.ts";
import { answered, setUpTurnRuns, throttled, undelivered } from "./turn-runs.ts";

/** What happens while a worker has the job. */
interface Chance {
  readonly answer: "answered" | "undelivered" | "fails" | "dies" | "unreadable";
  /** What of the bridge is down meanwhile. */
  readonly faults: readonly ("claim" | "release" | "bury" | "hold" | "renew")[];
}

const chance: fc.Arbitrary<Chance> = fc.record({
  answer: fc.oneof(
    { weight: 6, arbitrary: fc.constantFrom("fails" as const, "dies" as const) },
    fc.constantFrom("answered" as const, "undelivered" as const, "unreadable" as const),
  ),
  faults: fc.oneof(
    { weight: 3, arbitrary: fc.constant([]) },
    fc.subarray(["claim", "release", "bury", "hold", "renew"] as const),
  ),
});

const answers = {
  answered: async () => answered,
  undelivered: async () => undelivered,
  fails: throttled,
  unreadable: async () => answered,
  dies: () => new Promise<never>(() => {}),
};

/** Longer than any pause and any lease. */
const laterMs = 6 * 60_000;

/** Has the job run through what chance has in store, then through a time in which Dify's turns always fail. */
const live = async (chances: readonly Chance[], copies: number) => {
  const runs = setUpTurnRuns();
  const { run, turns, bots, dify, queue, deadLetters, clock } = runs;
  const { claim, release, renew } = turns;
  const { open } = bots;
  const { holdFor } = queue;
  const { bury } = deadLetters;

  const meet = ({ answer, faults }: Chance): void => {
    turns.claim = faults.includes("claim") ? throttled : claim;
    turns.release = faults.includes("release") ? throttled : release;
    turns.renew = faults.includes("renew") ? throttled : renew;
    deadLetters.bury = faults.includes("bury") ? throttled : bury;
    queue.holdFor = faults.includes("hold") ? throttled : holdFor;
    bots.open = answer === "unreadable" ? throttled : open;
    dify.answer = answers[answer];
  };

  const workers = chances.values();
  for (let worker = 1; worker < 100; worker += 1) {
    const met = workers.next().value ?? { answer: "fails", faults: [] };
    meet(met);
    const dead = met.answer === "dies" ? [clock.advance(0).then(() => "again" as const)] : [];
    const fate = await Promise.race([run(worker), ...dead]);
    if (fate === "done") break;
    // The heart of a dead worker beats no more.
    turns.renew = async () => false;
    await clock.advance(laterMs);
  }
  meet({ answer: "answered", faults: [] });
  for (let copy = 0; copy < copies; copy += 1) await run();
  return runs;
};

test("whatever happens on its way, a turn has one end, answered or in the dead letters, and no user is told twice", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(chance, { maxLength: 14 }), fc.nat({ max: 2 }), async (chances, copies) => {
      const { events, deadLetters, record, shown } = await live(chances, copies);
      const ends = events().filter((event) => ["job_delivered", "job_given_up"].includes(event));
      expect(ends).toHaveLength(1);
      expect(record()?.state).toBe("done");
      expect(deadLetters.buried).toHaveLength(ends[0] === "job_given_up" ? 1 : 0);
      expect([[], [sentences.failed]]).toContainEqual(shown());
    }),
  );
});
