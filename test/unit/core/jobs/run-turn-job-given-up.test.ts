import { describe, expect, test } from "@jest/globals";
import type { Delivery } from "#core/answer/answer-sink.ts";
import { sentences } from "#core/answer/sentences.ts";
import { makeRecordingSink } from "../../../support/recording-sink.ts";
import { setUpTurnRuns, throttled } from "./turn-runs.ts";

const setUpTenth = () => {
  const runs = setUpTurnRuns({ tries: 9 });
  runs.model.answer = throttled;
  return runs;
};

describe("a turn that fails a tenth time", () => {
  test("is given up: its user gets one sentence, and it is in the dead letters with its reason and attempts", async () => {
    const { run, job, shown, deadLetters, record, log, metrics } = setUpTenth();
    expect(await run()).toBe("done");
    expect(shown()).toEqual([sentences.failed]);
    expect(deadLetters.added).toEqual([{ job, reason: "Error: throttled", tries: 10 }]);
    expect(record()).toMatchObject({ state: "done", outcome: "given_up" });
    expect(log.lines).toMatchObject([
      { level: "info", event: "job_tried", fields: { tries: 10, reason: "Error: throttled" } },
      {
        level: "error",
        event: "job_given_up",
        fields: { tries: 10, reason: "Error: throttled", userNotified: true },
      },
    ]);
    expect(metrics.notes.map(({ name }) => name)).toEqual(["JobTried", "JobGivenUp"]);
  });

  test("does not return", async () => {
    const { run, shown, deadLetters, forwarded } = setUpTenth();
    await run();
    expect(await run()).toBe("done");
    expect([shown().length, deadLetters.added.length, forwarded.length]).toEqual([1, 1, 1]);
  });

  test("and cannot be moved to the dead letters returns, is not marked as done, and its user is told nothing yet", async () => {
    const { run, deadLetters, shown, record, hidden, log } = setUpTenth();
    deadLetters.add = throttled;
    expect(await run()).toBe("retry");
    expect(shown()).toEqual([]);
    expect(record()).toMatchObject({ state: "running", token: undefined });
    expect(hidden.at(-1)).toBe("300 s at 0 s");
    expect(log.lines.at(-1)).toMatchObject({ level: "error", event: "job_failed" });
  });

  test("notifies its user once, however often the move to the dead letters failed", async () => {
    const { run, deadLetters, shown, forwarded } = setUpTenth();
    const { add } = deadLetters;
    deadLetters.add = throttled;
    for (let tries = 10; tries < 14; tries += 1) expect(await run()).toBe("retry");
    deadLetters.add = add;
    expect(await run()).toBe("done");
    expect(shown()).toEqual([sentences.failed]);
    expect(deadLetters.added).toMatchObject([{ tries: 14 }]);
    expect(forwarded).toHaveLength(1);
  });

  test("is also moved to the dead letters if the bot was deleted or cannot be read, and logged with userNotified false", async () => {
    const { run, bots, deadLetters, shown, log } = setUpTenth();
    bots.open = throttled;
    expect(await run()).toBe("done");
    expect(shown()).toEqual([]);
    expect(deadLetters.added).toMatchObject([{ reason: "Error: throttled", tries: 10 }]);
    expect(log.lines.at(-1)).toMatchObject({ event: "job_given_up", fields: { userNotified: false } });
  });

  test("keeps its lease while the IM is slow to accept the sentence: otherwise another worker would send it too", async () => {
    const { run, im, clock, hidden, jobs, id, record } = setUpTenth();
    im.newSink = () => ({
      ...makeRecordingSink(),
      end: async (): Promise<Delivery> => {
        await clock.sleep(45_000);
        return { status: "delivered" };
      },
    });
    const running = run();
    await clock.advance(44_000);
    const claim = await jobs.claim(id, { token: "other", expiresAt: clock.now() + 25_000 });
    expect(claim).toMatchObject({ status: "busy" });
    expect(hidden.at(-1)).toBe("25 s at 40 s");
    await clock.advance(2_000);
    expect(await running).toBe("done");
    expect(record()).toMatchObject({ outcome: "given_up" });
  });

  test("whose sentence the IM rejects is given up all the same, and that is logged", async () => {
    const { run, im, log } = setUpTenth();
    im.newSink = () => ({
      ...makeRecordingSink(),
      end: async () => ({ status: "undelivered", reason: "HTTP 403" }),
    });
    expect(await run()).toBe("done");
    expect(log.lines.at(-1)).toMatchObject({ event: "job_given_up", fields: { userNotified: false } });
  });
});

describe("a turn whose workers have died ten times", () => {
  test("is given up without calling Dify again, and its user is told", async () => {
    const { run, forwarded, shown, deadLetters, record } = setUpTurnRuns({ tries: 10 });
    expect(await run()).toBe("done");
    expect(forwarded).toEqual([]);
    expect(shown()).toEqual([sentences.failed]);
    expect(deadLetters.added).toMatchObject([
      { reason: "the worker crashed or timed out 10 times", tries: 11 },
    ]);
    expect(record()).toMatchObject({ state: "done", outcome: "given_up" });
  });

  test("is left to a worker that still has it", async () => {
    const { run, jobs, id, clock, deadLetters, shown } = setUpTurnRuns({ tries: 10 });
    jobs.plant(id, { token: "other", expiresAt: clock.now() + 1_000 });
    expect(await run()).toBe("retry");
    expect([deadLetters.added.length, shown().length]).toEqual([0, 0]);
  });
});
