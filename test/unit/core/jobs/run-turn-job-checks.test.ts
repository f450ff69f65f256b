import { describe, expect, test } from "@jest/globals";
import type { ConversationPause } from "#core/turn/conversation-pause.ts";
import type { TurnReport } from "#core/turn/stream-answer.ts";
import { turnJob } from "../../../support/jobs.ts";
import { answered, setUpTurnRuns, throttled } from "./turn-runs.ts";

const { acceptedAt } = turnJob();
const hourMs = 60 * 60_000;

const pause: ConversationPause = {
  id: "p1",
  turnId: "turn one",
  pause: { reference: "run one", expiresAt: acceptedAt + hourMs },
  values: {},
};
const paused: TurnReport = {
  ...answered,
  outcome: { status: "paused", pause: pause.pause },
  paused: pause,
};

const checkJob = (given = {}) =>
  turnJob({
    check: { pauseId: "p1", since: acceptedAt, until: acceptedAt + 2 * hourMs, round: 1, ...given },
  });

const waiting = { status: "not_continued", reason: "waiting" } as const;

describe("a job whose answer pauses", () => {
  test("sends a job that checks it until an hour after its form expires", async () => {
    const { run, model, checks, job, record } = setUpTurnRuns();
    model.answer = async () => paused;
    expect(await run()).toBe("done");
    expect(checks).toEqual([checkJob()]);
    expect(checks[0]?.event).toEqual(job.event);
    expect(record()).toMatchObject({ outcome: "paused" });
  });

  test("sends none if the model cannot continue the answer", async () => {
    const { run, model, checks } = setUpTurnRuns();
    model.answer = async () => ({ ...paused, paused: { ...pause, pause: {} } });
    await run();
    expect(checks).toEqual([]);
  });

  test("is delivered even if the check cannot be sent", async () => {
    const { run, model, queueOfChecks, events } = setUpTurnRuns();
    model.answer = async () => paused;
    queueOfChecks.send = throttled;
    expect(await run()).toBe("done");
    expect(events()).toContain("pause_not_checked");
  });
});

describe("a check", () => {
  test("continues the paused answer of the message's conversation", async () => {
    const { run, forwarded, record } = setUpTurnRuns({ job: checkJob() });
    expect(await run()).toBe("done");
    expect(forwarded).toMatchObject([{ continues: { by: "check", pauseId: "p1" } }]);
    expect(record()).toMatchObject({ state: "done" });
  });

  test("comes back after a quarter of the time waited so far, and does not use up tries", async () => {
    const { run, model, clock, hidden, record } = setUpTurnRuns({ job: checkJob() });
    model.answer = async () => waiting;
    for (const minutes of [0, 1, 9, 50]) {
      await clock.advance(minutes * 60_000);
      expect(await run()).toBe("retry");
    }
    const pauses = hidden.map((line) => line.split(" at ")[0]).filter((each) => each !== "25 s");
    expect(pauses).toEqual(["5 s", "15 s", "150 s", "300 s"]);
    expect(record()).toMatchObject({ tries: 0 });
  });

  test.each([
    ["the run goes on", { status: "not_continued", reason: "running" }],
    ["the conversation is busy", { status: "busy" }],
  ] as const)("comes back soon if %s, however long it has waited", async (_, result) => {
    const { run, model, clock, hidden, deadLetters } = setUpTurnRuns({ job: checkJob() });
    await clock.advance(hourMs);
    model.answer = async () => result;
    expect(await run()).toBe("retry");
    expect(hidden.at(-1)).toMatch(/^5 s/);
    expect(deadLetters.added).toEqual([]);
  });

  test.each([
    ["there is no such pause any more", 0, { status: "not_continued", reason: "over" }],
    ["its time is over", 2 * hourMs, waiting],
  ] as const)("ends if %s", async (_, afterMs, result) => {
    const { run, model, clock, record } = setUpTurnRuns({ job: checkJob() });
    await clock.advance(afterMs);
    model.answer = async () => result;
    expect(await run()).toBe("done");
    expect(record()).toMatchObject({ state: "done", outcome: "over" });
  });

  test("is sent again before the queue moves it to the dead letters", async () => {
    const { run, model, checks, record } = setUpTurnRuns({ job: checkJob({ round: 3 }) });
    model.answer = async () => waiting;
    expect(await run(50)).toBe("done");
    expect(checks).toEqual([checkJob({ round: 4 })]);
    expect(record()).not.toMatchObject({ state: "done" });
  });
});
