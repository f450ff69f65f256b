import { describe, expect, test } from "@jest/globals";
import type { TurnLimits } from "../../../functions/core/answer.ts";
import type { OpenBot } from "../../../functions/core/bot.ts";
import type { TurnReport } from "../../../functions/core/forward-turn.ts";
import { makeRunTurnJob } from "../../../functions/core/run-turn-job.ts";
import type { Turn, TurnJob } from "../../../functions/core/turn.ts";
import type { TurnClaim, TurnStore } from "../../../functions/core/turn-store.ts";
import { makeMemoryLog } from "../../support/memory-log.ts";
import { makeRecordingSink } from "../../support/recording-sink.ts";
import { makeTestClock } from "../../support/test-clock.ts";
import { bot, difyIntegration, messageEvent } from "../../support/turns.ts";

const job: TurnJob = {
  appKey: "app-one",
  botUserId: "bot-helpdesk",
  integrationType: "dify_chatflow",
  event: messageEvent(),
  acceptedAt: Date.UTC(2026, 0, 1),
};

const well: TurnReport = {
  outcome: { status: "answered" },
  delivery: { status: "delivered" },
  asked: 1,
  firstTextAt: job.acceptedAt + 40,
};

const setUp = ({
  claim = "claimed" as TurnClaim,
  found = [bot()] as OpenBot[],
  forwardMs = 0,
  failure = undefined as Error | undefined,
  report = well,
  tries = 1,
} = {}) => {
  const clock = makeTestClock();
  const start = clock.now();
  const writes: string[] = [];
  const at = (): string => `${(clock.now() - start) / 1000} s`;
  const turns: TurnStore = {
    claim: async () => claim,
    renew: async (_id, { token, expiresAt }) =>
      writes.push(`renew ${token} to ${(expiresAt - start) / 1000} s`) > 0,
    complete: async (_id, token, outcome) => writes.push(`complete ${token} ${outcome}`) > 0,
    release: async (_id, token) => void writes.push(`release ${token}`),
  };
  const holds: string[] = [];
  const hold = { tries, holdFor: async (ms: number) => void holds.push(`${ms / 1000} s at ${at()}`) };
  const forwarded: Turn[] = [];
  const limits: TurnLimits[] = [];
  const log = makeMemoryLog();
  const runTurnJob = makeRunTurnJob({
    bots: { open: async () => found[0], find: async () => found, create: async () => "created" },
    turns,
    forwardTurn: async (turn, _sink, given) => {
      forwarded.push(turn);
      limits.push(given);
      if (forwardMs > 0) await clock.sleep(forwardMs);
      if (failure) throw failure;
      return report;
    },
    sinkFor: makeRecordingSink,
    clock,
    log,
    newToken: () => "t1",
  });
  return {
    run: () => runTurnJob(job, hold, clock.now() + 840_000),
    turns,
    hold,
    limits,
    forwarded,
    writes,
    holds,
    log,
    clock,
  };
};

describe("a job", () => {
  test("is forwarded with the bot as it is now, completed, and told of in one line without text or keys", async () => {
    const { run, forwarded, writes, log } = setUp();
    expect(await run()).toBe("done");
    expect(forwarded).toEqual([
      { appKey: "app-one", bot: bot(), integration: difyIntegration(), event: job.event },
    ]);
    expect(writes).toEqual(["complete t1 answered"]);
    expect(log.lines).toEqual([
      {
        level: "info",
        event: "turn_finished",
        fields: expect.objectContaining({
          outcome: "answered",
          delivery: "delivered",
          firstTextMs: 40,
          asked: 1,
        }),
      },
    ]);
    expect(JSON.stringify(log.lines)).not.toMatch(/hello|app-secret-key/);
  });

  test("that was done before is not answered again", async () => {
    const { run, forwarded } = setUp({ claim: "done" });
    expect(await run()).toBe("done");
    expect(forwarded).toHaveLength(0);
  });

  test.each([
    ["is gone", []],
    ["has no such integration any more", [bot({ integrations: [] })]],
    ["has switched it off", [bot({ integrations: [difyIntegration({ enabled: false })] })]],
  ])("whose bot %s is dropped with a line in the log", async (_, found) => {
    const { run, forwarded, writes, log } = setUp({ found });
    expect(await run()).toBe("done");
    expect(forwarded).toHaveLength(0);
    expect(writes).toEqual(["complete t1 dropped"]);
    expect(log.lines).toMatchObject([{ level: "warn", event: "turn_dropped" }]);
  });

  test("whose answer did not arrive stands in the log as an error, with its reason", async () => {
    const report: TurnReport = {
      ...well,
      delivery: { status: "undelivered", reason: "the IM answered HTTP 403" },
    };
    const { run, log } = setUp({ report });
    await run();
    expect(log.lines).toMatchObject([{ level: "error", fields: { reason: "the IM answered HTTP 403" } }]);
  });

  test("that was answered but could not be completed does not come back: it would be answered twice", async () => {
    const { run, turns, log } = setUp();
    turns.complete = () => Promise.reject(new Error("throttled"));
    expect(await run()).toBe("done");
    expect(log.lines.at(-1)).toMatchObject({ level: "warn", event: "turn_not_completed" });
  });
});

describe("the hold on a job", () => {
  test("is kept up by a heartbeat while the answer comes, so that a dead worker is followed within 25 s", async () => {
    const { run, writes, holds, clock } = setUp({ forwardMs: 20_000 });
    const running = run();
    await clock.advance(30_000);
    await running;
    expect(holds).toEqual(["25 s at 0 s", "25 s at 8 s", "25 s at 16 s"]);
    expect(writes).toEqual(["renew t1 to 33 s", "renew t1 to 41 s", "complete t1 answered"]);
  });

  test("that cannot be kept up for a moment does not disturb the answer", async () => {
    const { run, turns, log, clock } = setUp({ forwardMs: 10_000 });
    turns.renew = () => Promise.reject(new Error("throttled"));
    const running = run();
    await clock.advance(30_000);
    expect(await running).toBe("done");
    expect(log.lines[0]).toMatchObject({ level: "warn", event: "turn_not_renewed" });
  });

  test("that another worker has taken over stops this one's answer, and the log says so", async () => {
    const { run, turns, hold, log, limits, clock } = setUp({
      forwardMs: 10_000,
      report: { ...well, outcome: { status: "abandoned" } },
    });
    turns.renew = async () => false;
    turns.complete = async () => false;
    hold.holdFor = () => Promise.reject(new Error("the receipt is stale"));
    const running = run();
    await clock.advance(30_000);
    expect(await running).toBe("again");
    expect(limits[0]?.signal.aborted).toBe(true);
    expect(log.lines.filter(({ event }) => event === "turn_lost")).not.toHaveLength(0);
  });

  test("of another worker makes the job come back in five seconds", async () => {
    const { run, forwarded, writes, holds } = setUp({ claim: "busy" });
    expect(await run()).toBe("again");
    expect(forwarded).toHaveLength(0);
    expect(writes).toEqual([]);
    expect(holds).toEqual(["5 s at 0 s"]);
  });

  test.each([
    [1, "5 s"],
    [3, "20 s"],
    [9, "300 s"],
  ])(
    "after failure %i on our own side is given up for %s, and the turn is free again",
    async (tries, pause) => {
      const { run, writes, holds, log } = setUp({ failure: new Error("throttled"), tries });
      expect(await run()).toBe("again");
      expect(writes).toEqual(["release t1"]);
      expect(holds.at(-1)).toBe(`${pause} at 0 s`);
      expect(log.lines).toMatchObject([{ level: "error", event: "turn_failed", fields: { tries } }]);
    },
  );
});
