import { describe, expect, test } from "@jest/globals";
import type { ConversationPause } from "#core/turn/conversation-pause.ts";
import type { TurnReport } from "#core/turn/stream-answer.ts";
import { turnJob } from "../../../support/jobs.ts";
import { answered, setUpTurnRuns, throttled } from "./turn-runs.ts";

const { acceptedAt } = turnJob();
const hourMs = 60 * 60_000;

const pause: ConversationPause = {
  id: "p1",
  turnIds: ["turn one"],
  openedAt: acceptedAt,
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
    check: {
      pauseId: "p1",
      since: acceptedAt,
      until: acceptedAt + 2 * hourMs,
      round: 1,
      sentAt: acceptedAt,
      nextAt: acceptedAt,
      ...given,
    },
  });

const waiting = { status: "not_continued", reason: "waiting" } as const;

describe("a job whose answer pauses", () => {
  test("sends a job that checks it until an hour after its form expires", async () => {
    const { run, model, checks, job, record } = setUpTurnRuns();
    model.answer = async () => paused;
    expect(await run()).toBe("done");
    expect(checks).toEqual([checkJob({ nextAt: acceptedAt + 5_000 })]);
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

  test.each([
    [0, waiting, "5 s"],
    [1, waiting, "15 s"],
    [9, waiting, "135 s"],
    [90, waiting, "300 s"],
    [9, { status: "not_continued", reason: "running" }, "30 s"],
    [9, { status: "busy" }, "30 s"],
  ] as const)(
    "after %d minutes of %j comes back in %s, without using up tries",
    async (minutes, result, pause) => {
      const afterMs = minutes * 60_000;
      const job = checkJob({ sentAt: acceptedAt + afterMs });
      const { run, model, clock, hidden, record, deadLetters } = setUpTurnRuns({ job, tries: 3 });
      await clock.advance(afterMs);
      model.answer = async () => result;
      expect(await run()).toBe("retry");
      expect(hidden.at(-1)).toMatch(new RegExp(`^${pause} `));
      expect(record()).toMatchObject({ tries: 0 });
      expect(deadLetters.added).toEqual([]);
    },
  );

  test("comes back soon if its bot has no free slot, however long it has waited", async () => {
    const job = checkJob({ sentAt: acceptedAt + hourMs });
    const { run, slots, clock, hidden, forwarded, deadLetters, record } = setUpTurnRuns({ job });
    slots.refuse("bot");
    await clock.advance(hourMs);
    expect(await run()).toBe("retry");
    expect(hidden.at(-1)).toMatch(/^30 s/);
    expect(record()).toMatchObject({ tries: 0 });
    expect([forwarded, deadLetters.added]).toEqual([[], []]);
  });

  test.each([
    ["there is no such pause any more", 0, { status: "not_continued", reason: "finished" }],
    ["its time is over", 2 * hourMs, waiting],
  ] as const)("ends if %s", async (_, afterMs, result) => {
    const { run, model, clock, record } = setUpTurnRuns({ job: checkJob() });
    await clock.advance(afterMs);
    model.answer = async () => result;
    expect(await run()).toBe("done");
    expect(record()).toMatchObject({ state: "done", outcome: "expired" });
  });

  test("is sent again before its message looks stuck, and waits there until its time", async () => {
    const { run, model, clock, checks, record } = setUpTurnRuns({ job: checkJob({ round: 3 }) });
    model.answer = async () => waiting;
    await clock.advance(9 * 60_000);
    expect(await run()).toBe("done");
    const sentAt = clock.now();
    expect(checks).toEqual([checkJob({ round: 4, sentAt, nextAt: sentAt + 135_000 })]);
    expect(record()).not.toMatchObject({ state: "done" });
  });

  test("that comes before its time asks nobody", async () => {
    const { run, forwarded, hidden } = setUpTurnRuns({ job: checkJob({ nextAt: acceptedAt + 60_000 }) });
    expect(await run()).toBe("retry");
    expect([forwarded, hidden]).toEqual([[], ["60 s at 0 s"]]);
  });

  test("that fails for good does not disturb the user, who has an answer", async () => {
    const { run, model, shown, deadLetters } = setUpTurnRuns({ job: checkJob(), tries: 9 });
    model.answer = throttled;
    await run();
    expect(shown()).toEqual([]);
    expect(deadLetters.added).toHaveLength(1);
  });
});
