import { expect, test } from "@jest/globals";
import fc from "fast-check";
import type { WebhookOutcome } from "#core/jobs/call-webhook.ts";
import { accepted, down, refused, setUpWebhookRuns, visibilityMs } from "./webhook-runs.ts";

/** Events while a worker has the job. */
interface RandomEvent {
  readonly outcome: WebhookOutcome | "dies" | "gone" | "unreadable";
  readonly answerMs: number;
  /** Parts of the bridge that fail in the meantime. */
  readonly faults: readonly ("claim" | "release" | "add" | "hold")[];
}

const outcome = fc.oneof(
  { weight: 4, arbitrary: fc.nat({ max: 20 * 60_000 }).map(down) },
  { weight: 4, arbitrary: fc.constant(down()) },
  fc.constantFrom(accepted, refused, "dies" as const, "gone" as const, "unreadable" as const),
);
const randomEvent: fc.Arbitrary<RandomEvent> = fc.record({
  outcome,
  answerMs: fc.nat({ max: 5_000 }),
  faults: fc.oneof(
    { weight: 3, arbitrary: fc.constant([]) },
    fc.subarray(["claim", "release", "add", "hold"] as const),
  ),
});

const never = <T>(): Promise<T> => new Promise(() => {});
const fails = () => Promise.reject(new Error("throttled"));

/** Runs the job through random events, then through a time in which only its server is down. */
const runThrough = async (randomEvents: readonly RandomEvent[], random: number, copies: number) => {
  const runs = setUpWebhookRuns({ random });
  const { run, jobs, bots, server, queue, timeouts, deadLetters, clock } = runs;
  const { claim, release } = jobs;
  const { find } = bots;
  const { hideFor } = queue;
  const { add } = deadLetters;

  const apply = ({ outcome, answerMs, faults }: RandomEvent): void => {
    jobs.claim = faults.includes("claim") ? fails : claim;
    jobs.release = faults.includes("release") ? fails : release;
    deadLetters.add = faults.includes("add") ? fails : add;
    queue.hideFor = faults.includes("hold") ? fails : hideFor;
    bots.find = outcome === "gone" ? async () => [] : outcome === "unreadable" ? fails : find;
    server.call = async () => {
      if (typeof outcome === "string") return never();
      await clock.advance(answerMs);
      return outcome;
    };
  };

  const workers = randomEvents.values();
  for (let worker = 0; worker < 1_000; worker += 1) {
    const current = workers.next().value ?? { outcome: down(), answerMs: 0, faults: [] };
    apply(current);
    const before = timeouts.length;
    const dead = current.outcome === "dies" ? [clock.advance(0).then(() => "retry" as const)] : [];
    if ((await Promise.race([run(), ...dead])) === "done") break;
    await clock.advance(timeouts.slice(before).at(-1) ?? visibilityMs);
  }
  for (let copy = 0; copy < copies; copy += 1) await run();
  return runs;
};

test("whatever happens on its way, a job has one end: delivered, in the dead letters, or dropped with its bot", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(randomEvent, { maxLength: 12 }),
      fc.double({ min: 0, max: 1, noNaN: true }),
      fc.nat({ max: 2 }),
      async (randomEvents, random, copies) => {
        const { events, deadLetters, record, calls } = await runThrough(randomEvents, random, copies);
        const ends = events().filter((event) =>
          ["job_delivered", "job_given_up", "job_dropped"].includes(event),
        );
        expect(ends).toHaveLength(1);
        expect(record()).toMatchObject({ state: "done", outcome: ends[0]?.replace("job_", "") });
        expect(deadLetters.added).toHaveLength(ends[0] === "job_given_up" ? 1 : 0);
        expect(new Set(calls.map(({ id }) => id)).size).toBeLessThanOrEqual(1);
      },
    ),
  );
});
