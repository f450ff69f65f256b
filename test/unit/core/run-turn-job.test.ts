import { describe, expect, test } from "@jest/globals";
import type { Bot } from "../../../functions/core/bot.ts";
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
  found = [bot()] as Bot[],
  forward = async (): Promise<TurnReport> => well,
} = {}) => {
  const writes: string[] = [];
  const turns: TurnStore = {
    claim: async () => claim,
    complete: async (_id, token, outcome) => writes.push(`complete ${token} ${outcome}`) > 0,
    release: async (_id, token) => void writes.push(`release ${token}`),
  };
  const forwarded: Turn[] = [];
  const log = makeMemoryLog();
  const runTurnJob = makeRunTurnJob({
    bots: { find: async () => found, create: async () => "created" },
    turns,
    forwardTurn: (turn) => {
      forwarded.push(turn);
      return forward();
    },
    sinkFor: makeRecordingSink,
    clock: makeTestClock(),
    log,
    newToken: () => "t1",
    leaseMs: 900_000,
  });
  return { runTurnJob, forwarded, writes, log };
};

describe("a job", () => {
  test("is forwarded with the bot as it is now, completed, and told of in one line without text or keys", async () => {
    const { runTurnJob, forwarded, writes, log } = setUp();
    expect(await runTurnJob(job)).toBe("done");
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
    const { runTurnJob, forwarded } = setUp({ claim: "done" });
    expect(await runTurnJob(job)).toBe("done");
    expect(forwarded).toHaveLength(0);
  });

  test("that another worker holds comes back later", async () => {
    const { runTurnJob, forwarded, writes } = setUp({ claim: "busy" });
    expect(await runTurnJob(job)).toBe("again");
    expect(forwarded).toHaveLength(0);
    expect(writes).toEqual([]);
  });

  test.each([
    ["is gone", []],
    ["has no such integration any more", [bot({ integrations: [] })]],
    ["has switched it off", [bot({ integrations: [difyIntegration({ enabled: false })] })]],
  ])("whose bot %s is dropped with a line in the log", async (_, found) => {
    const { runTurnJob, forwarded, writes, log } = setUp({ found });
    expect(await runTurnJob(job)).toBe("done");
    expect(forwarded).toHaveLength(0);
    expect(writes).toEqual(["complete t1 dropped"]);
    expect(log.lines).toMatchObject([{ level: "warn", event: "turn_dropped" }]);
  });

  test("that fails on our own side is released and comes back", async () => {
    const { runTurnJob, writes, log } = setUp({ forward: () => Promise.reject(new Error("throttled")) });
    expect(await runTurnJob(job)).toBe("again");
    expect(writes).toEqual(["release t1"]);
    expect(log.lines).toMatchObject([{ level: "error", event: "turn_failed" }]);
  });

  test("whose answer did not arrive stands in the log as an error, with its reason", async () => {
    const { runTurnJob, log } = setUp({
      forward: async () => ({
        ...well,
        delivery: { status: "undelivered", reason: "the IM answered HTTP 403" },
      }),
    });
    await runTurnJob(job);
    expect(log.lines).toMatchObject([{ level: "error", fields: { reason: "the IM answered HTTP 403" } }]);
  });
});
