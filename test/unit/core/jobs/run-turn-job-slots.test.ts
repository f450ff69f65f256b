import { describe, expect, test } from "@jest/globals";
import { makeAcquireJobSlots, slotPauseMs } from "#core/jobs/job-slots.ts";
import type { SlotRequest } from "#core/shared/slots.ts";
import { turnJob } from "../../../support/jobs.ts";
import { messageEvent } from "../../../support/turns.ts";
import { answered, setUpTurnRuns, throttled } from "./turn-runs.ts";

describe("a job whose bot, app or user has no free slot", () => {
  test.each(["app", "bot", "user"] as const)(
    "waits in the queue at the limit of the %s, asks no model and uses up no try",
    async (limit) => {
      const { run, slots, forwarded, hidden, record, log, deadLetters } = setUpTurnRuns();
      slots.refuse(limit);
      for (let receives = 1; receives <= 15; receives += 1) expect(await run(receives)).toBe("retry");
      expect(forwarded).toEqual([]);
      expect(deadLetters.added).toEqual([]);
      expect(record()).toMatchObject({ tries: 0, token: undefined });
      expect(hidden.at(-1)).toBe("1 s at 0 s");
      expect(log.lines[0]).toMatchObject({
        level: "info",
        event: "job_postponed",
        fields: { limit, bot: "bot-helpdesk" },
      });
      slots.refuse(undefined);
      expect(await run(16)).toBe("done");
      expect(forwarded).toHaveLength(1);
    },
  );

  test("waits longer as it gets older, for at most 15 s at a time", async () => {
    const { run, slots, clock, hidden } = setUpTurnRuns();
    slots.refuse("bot");
    for (const afterMs of [0, 20_000, 600_000]) {
      await clock.advance(afterMs);
      await run();
    }
    expect(hidden.map((each) => each.replace(/ at .*/, ""))).toEqual(
      expect.arrayContaining(["1 s", "5 s", "15 s"]),
    );
  });

  test("is given up after 20 minutes, and its user is told", async () => {
    const { run, slots, clock, deadLetters, shown } = setUpTurnRuns();
    slots.refuse("bot");
    await clock.advance(20 * 60_000);
    expect(await run(90)).toBe("retry");
    await clock.advance(1);
    expect(await run(91)).toBe("done");
    expect(deadLetters.added).toMatchObject([{ reason: "the bot's turns were all in use for 20 minutes" }]);
    expect(shown()).toHaveLength(1);
  });
});

test("a job that waited behind its conversation's earlier ones has 20 minutes from its own first delivery", async () => {
  const { run, slots, clock, queue, deadLetters, hidden } = setUpTurnRuns();
  slots.refuse("bot");
  await clock.advance(60 * 60_000);
  queue.firstReceivedAt = clock.now();
  expect(await run(1)).toBe("retry");
  expect(deadLetters.added).toEqual([]);
  expect(hidden.at(-1)).toMatch(/^1 s /);
});

describe("a job's slots", () => {
  test("are acquired while the job is claimed, not after it", async () => {
    const { run, jobs, slots } = setUpTurnRuns();
    const { claim } = jobs;
    let grantedBefore: string[] = [];
    jobs.claim = async (...asked) => {
      grantedBefore = [...slots.log];
      return claim(...asked);
    };
    await run();
    expect(grantedBefore).toEqual(["granted"]);
  });

  test.each([
    ["is answered", async () => answered],
    ["fails", throttled],
    ["finds its conversation busy", async () => ({ status: "busy" as const })],
  ])("are released when it %s", async (_how, answer) => {
    const { run, model, slots } = setUpTurnRuns();
    model.answer = answer;
    await run();
    expect(slots.log).toEqual(["granted", "released"]);
  });

  test("are undone if the job is done, another worker has it, or it cannot be claimed: they may be that worker's", async () => {
    const { run, jobs, id, slots, clock } = setUpTurnRuns();
    jobs.plant(id, { state: "running", token: "another's", expiresAt: clock.now() + 10_000 });
    await run();
    jobs.plant(id, { state: "done", expiresAt: clock.now() + 10_000 });
    await run();
    jobs.claim = throttled;
    await run();
    expect(slots.log).toEqual(["granted", "undone", "granted", "undone", "granted", "undone"]);
  });

  test("are one of its app and bot, and one of its user, each the job's own", async () => {
    const asked: SlotRequest[] = [];
    const acquire = makeAcquireJobSlots({
      acquireSlots: async (requests) => {
        asked.push(...requests);
        return {
          refusedBy: undefined,
          wasOpen: false,
          inUse: () => 1,
          release: async () => {},
          undo: async () => {},
        };
      },
      channel: "im",
      limits: { perApp: 75, perBot: 50, perUser: 10 },
    });
    await acquire(turnJob({ event: messageEvent({ fromUserId: "u7" }) }), 1_000);
    expect(asked).toMatchObject([
      {
        pool: ["im", "app-one"],
        until: 1_000,
        limits: [
          { kind: "app", id: "app-one", max: 75 },
          { kind: "bot", id: "bot-helpdesk", max: 50 },
        ],
      },
      { pool: ["im", "app-one", "u7"], until: 1_000, limits: [{ kind: "user", id: "u7", max: 10 }] },
    ]);
    expect(asked[0]?.slot).toBe(asked[1]?.slot);
  });
});

describe("the time that a turn waits although its conversation is free", () => {
  const start = (openedAt: number, freeSince?: number) => ({ ...answered, start: { openedAt, freeSince } });
  const delays = ({ turnMetrics }: ReturnType<typeof setUpTurnRuns>) =>
    turnMetrics.notes.filter(({ name }) => name === "StartDelay");

  test("is recorded as one of capacity if the queue has delivered it once", async () => {
    const runs = setUpTurnRuns();
    runs.model.answer = async () => start(runs.job.acceptedAt + 20_000);
    await runs.run(1);
    expect(delays(runs)).toEqual([{ name: "StartDelay", ms: 20_000, dimensions: { cause: "capacity" } }]);
  });

  test("does not include the time in which the conversation's previous turn ran", async () => {
    const runs = setUpTurnRuns();
    const { acceptedAt } = runs.job;
    runs.model.answer = async () => start(acceptedAt + 20_000, acceptedAt + 19_900);
    await runs.run(1);
    expect(delays(runs)).toMatchObject([{ ms: 100 }]);
  });

  test("is recorded as one of a limit if it was postponed", async () => {
    const runs = setUpTurnRuns();
    runs.slots.refuse("bot");
    await runs.run(1);
    runs.slots.refuse(undefined);
    runs.model.answer = async () => start(runs.job.acceptedAt + 4_000);
    await runs.run(2);
    expect(delays(runs)).toEqual([{ name: "StartDelay", ms: 4_000, dimensions: { cause: "limit" } }]);
  });

  test("is not recorded for a further try: the first one's failure delayed it", async () => {
    const runs = setUpTurnRuns({ tries: 1 });
    runs.model.answer = async () => start(runs.job.acceptedAt + 40_000);
    await runs.run(2);
    expect(delays(runs)).toEqual([]);
  });
});

test.each([0, 0.5, 0.999])(
  "a job that waits for 20 minutes is received less than 100 times (random: %d)",
  (random) => {
    let waitedMs = 0;
    let receives = 1;
    for (; waitedMs <= 20 * 60_000; receives += 1) {
      const pauseMs = slotPauseMs(waitedMs, () => random);
      expect(pauseMs).toBeGreaterThanOrEqual(1_000);
      expect(pauseMs).toBeLessThanOrEqual(15_000 * 1.25);
      waitedMs += pauseMs;
    }
    expect(receives).toBeLessThan(100);
  },
);
