import { createHash } from "node:crypto";
import type { DynamoDBDocumentClient } from "@aws-sdk/lib-dynamodb";
import { beforeAll, describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { makeChatTurnsTable } from "#adapters/dynamodb/chat-turns-table.ts";
import { makeSlotsTable } from "#adapters/dynamodb/slots-table.ts";
import { noStories } from "#adapters/dynamodb/story-attributes.ts";
import { makeUserGuard } from "#adapters/dynamodb/user-guard.ts";
import type { Model } from "#core/answer/model.ts";
import { type ChatRequest, makeBeginChatTurn } from "#core/chat/begin-chat-turn.ts";
import { makeRunChatTurn } from "#core/chat/run-chat-turn.ts";
import type { Clock } from "#core/shared/clock.ts";
import { BridgeError } from "#core/shared/errors.ts";
import { botSlot, makeAcquireSlots } from "#core/shared/slots.ts";
import { makeForwardTurn } from "#core/turn/forward-turn.ts";
import { chatRequest } from "../support/chat/chat-request.ts";
import { chatUser } from "../support/chat/chat-turns.ts";
import { makeMemoryClient } from "../support/chat/memory-client.ts";
import { noUploads } from "../support/chat/no-uploads.ts";
import { closeAfterAll } from "../support/close-after.ts";
import { conversationStore } from "../support/conversations.ts";
import { countNothing } from "../support/count-nothing.ts";
import { startTable, type TestTable } from "../support/dynamodb.ts";
import { interceptedClient } from "../support/intercepted-client.ts";
import { makeMemoryLog } from "../support/memory-log.ts";
import { makeMemoryMetrics } from "../support/memory-metrics.ts";
import { sameModel } from "../support/models.ts";
import { pseudonymOf } from "../support/pseudonyms.ts";
import { makeTestClock } from "../support/test-clock.ts";
import { bot } from "../support/turns.ts";

let tables: Record<"turns" | "guards" | "conversations", TestTable>;
beforeAll(async () => {
  const turns = closeAfterAll(await startTable("turns"));
  const [guards, conversations] = [
    closeAfterAll(await startTable("guards", turns)),
    closeAfterAll(await startTable("conversations", turns)),
  ];
  tables = { turns, guards, conversations };
});

/** Makes one call of a process to a store, or fails it. `kind`: the name of its command; undefined for the bot and the model. */
type OnCall = (send: () => Promise<unknown>, kind?: string) => Promise<unknown>;

const busyPauseMs = 500;
const lifeMs = 900_000;
let users = 0;

/** A user, a bot and processes of chat-stream. No other test uses this user. */
const setUp = ({ limits = { turnsPerMinute: 30, turnsAtOnce: 3 }, perBot = 3 } = {}) => {
  users += 1;
  const appKey = `app-${users}`;
  let now = Date.UTC(2026, 0, 1);
  const log = makeMemoryLog();
  /** The turns that the model has been asked, and how many at once. */
  const asked: string[] = [];
  let asking = 0;
  let maxAsking = 0;
  let ids = 0;
  const newId = (): string => {
    ids += 1;
    return `id-${ids}`;
  };

  const startProcess = (onCall: OnCall) => {
    let waitedMs = 0;
    /** Only a process that waits for a conversation gets ahead, by five seconds: no lease ends, and no heartbeat is due. */
    const clock: Clock = {
      now: () => now + waitedMs,
      sleep: async (ms, signal) => {
        if (ms !== busyPauseMs) {
          return new Promise((resolve) => signal?.addEventListener("abort", () => resolve()));
        }
        await onCall(async () => {});
        waitedMs += ms;
      },
    };
    const through = ({ client, tableName }: TestTable) => ({
      client: interceptedClient(client, (command, send) =>
        onCall(send, command.constructor.name),
      ) satisfies DynamoDBDocumentClient,
      tableName,
      clock,
    });
    const guards = through(tables.guards);
    const guard = makeUserGuard({ ...guards, counts: "turns", limits });
    const turns = makeChatTurnsTable({ ...through(tables.turns), stories: noStories });
    const acquireSlots = makeAcquireSlots({
      store: makeSlotsTable({ ...guards, random: () => 0.5 }),
      ...{ channel: "http", clock, metrics: makeMemoryMetrics(), log },
    });
    const ask: Model["ask"] = async ({ event }, listener) => {
      asked.push(event.data.msgUID ?? "");
      asking += 1;
      maxAsking = Math.max(maxAsking, asking);
      await onCall(async () => {});
      asking -= 1;
      await listener({ type: "delta", text: "hello" });
      return { status: "answered" };
    };
    const begin = makeBeginChatTurn({
      openFiles: noUploads,
      bots: {
        findWithKeys: async (_app, id) => {
          const found = { bot: id === "bot-helpdesk" ? bot() : undefined };
          await onCall(async () => {});
          return found.bot;
        },
      },
      turns,
      guard,
      countTurn: countNothing,
      acquireSlot: (slot) => acquireSlots([botSlot("http", slot, { perApp: 16, perBot })]),
      clock,
      newId,
      hash: (parts) => createHash("sha256").update(JSON.stringify(parts)).digest("base64url"),
    });
    const run = makeRunChatTurn({
      pseudonymOf,
      turns,
      forwardTurn: makeForwardTurn({
        conversations: conversationStore(through(tables.conversations)),
        models: sameModel({ ask }),
        clock,
        log,
        newToken: newId,
      }),
      journalOf: () => ({ add: () => {}, close: async () => {} }),
      clock,
      log,
      recordTurn: () => {},
      keepsText: () => false,
    });

    /** What the caller gets: an answer, the turn that exists, "busy", or the code of an error. */
    return async (given: Partial<ChatRequest> = {}, isRevoked = false): Promise<string> => {
      const user = chatUser({ appKey, issuedAt: isRevoked ? now - 2_000 : now });
      const codeOf = (error: unknown): string => {
        if (error instanceof BridgeError) return error.code;
        return error instanceof Error ? error.message : String(error);
      };
      try {
        const begun = await begin(user, chatRequest(given), now + lifeMs);
        if (begun.status === "existing") return "existing";
        return await run(begun.ready, makeMemoryClient(), now + lifeMs);
      } catch (error) {
        return codeOf(error);
      }
    };
  };

  const itemsOf = async (kind: keyof typeof tables, key: string) =>
    (await tables[kind].items()).filter((item) => String(item[key]).includes(`"${appKey}"`));
  return {
    ...{ asked, log, startProcess },
    maxAsking: () => maxAsking,
    revokeBefore: () =>
      makeUserGuard({ ...tables.guards, clock: makeTestClock(now), counts: "turns", limits }).revoke(
        { appKey, userId: "u7" },
        now - 1_000,
      ),
    advance: (ms: number) => {
      now += ms;
    },
    /** What has not been given back. */
    held: async () => {
      const turns = await itemsOf("turns", "turn");
      const guards = await itemsOf("guards", "guard");
      const conversations = await itemsOf("conversations", "conversation");
      return [
        ...turns.filter(({ state, heldUntil }) => state === "running" && Number(heldUntil) > now),
        ...guards.flatMap((item) => [
          ...Object.keys(Object(item.open)),
          ...Object.keys(item).filter((name) => name.startsWith("slot#")),
        ]),
        ...conversations.filter((item) => "heldUntil" in item || "token" in item),
      ];
    },
    /** The user's turns of the last minute, and the turns of the conversation. */
    counted: async () => {
      const guards = await itemsOf("guards", "guard");
      const [conversation] = await itemsOf("conversations", "conversation");
      return {
        atGuard: guards.flatMap(({ starts }) => (Array.isArray(starts) ? starts : [])).filter(Boolean).length,
        inConversation: conversation?.turns ?? 0,
      };
    },
  };
};

const calm: OnCall = (send) => send();

/** Fails the calls of a process that `fails` selects by their number, before they reach the store. */
const failing = (fails: (n: number) => boolean) => {
  let calls = 0;
  const onCall: OnCall = (send) => {
    calls += 1;
    return fails(calls) ? Promise.reject(new Error("throttled")) : send();
  };
  return { onCall, calls: () => calls };
};

const request = { idempotencyKey: "k1" };

/** What is asked, and whether with a revoked token. */
type Question = readonly [Partial<ChatRequest>, boolean?];

/** The number of calls of a turn before its model is asked. */
const callsBeforeModel = async (): Promise<number> => {
  const { startProcess, asked } = setUp();
  let before = 0;
  await startProcess((send) => {
    if (asked.length === 0) before += 1;
    return send();
  })(request);
  return before;
};

describe("turns of one user over HTTP", () => {
  test("make no more calls before the model is asked than bot, turn, guard, slot and conversation", async () => {
    const { startProcess } = setUp();
    // The first turn of a user writes the user's record, too.
    expect(await callsBeforeModel()).toBeLessThanOrEqual(7);
    expect(await startProcess(calm)(request)).toBe("emitted");
  });

  const kinds = {
    plain: [{}],
    repeated: [request],
    "with another key": [{ idempotencyKey: "k2" }],
    "of another question": [{ ...request, content: "another" }],
    "to an unknown bot": [{ botUserId: "bot-nowhere" }],
    "to an unknown bot, with the key": [{ ...request, botUserId: "bot-nowhere" }],
    "with a revoked token": [{}, true],
    "with a revoked token and the key": [request, true],
  } as const;
  type Kind = keyof typeof kinds;
  const questionOf = (kind: Kind): Question => kinds[kind];

  /** However the calls interleave. */
  const outcomes: Record<Kind, RegExp> = {
    plain: /^(emitted|busy|rate_limited)$/,
    repeated: /^(emitted|existing|busy|rate_limited|conflict)$/,
    "with another key": /^(emitted|existing|busy|rate_limited)$/,
    "of another question": /^(emitted|existing|busy|rate_limited|conflict)$/,
    "to an unknown bot": /^not_found$/,
    "to an unknown bot, with the key": /^not_found$/,
    "with a revoked token": /^bad_token$/,
    "with a revoked token and the key": /^(bad_token|conflict)$/,
  };

  test("leave nothing held and disturb no other, however their calls interleave, and each kind of refusal has one error", async () => {
    const anyKind = fc.constantFrom(...(Object.keys(kinds) as Kind[]));
    const given = fc.record({
      sent: fc.array(fc.oneof(anyKind, fc.constant<Kind>("repeated")), { minLength: 2, maxLength: 4 }),
      turnsAtOnce: fc.constantFrom(1, 3),
      perBot: fc.constantFrom(1, 3),
    });
    await fc.assert(
      fc.asyncProperty(fc.scheduler(), given, async (scheduler, { sent, turnsAtOnce, perBot }) => {
        const call = scheduler.scheduleFunction(async (send: () => Promise<unknown>) => send());
        const chat = setUp({ limits: { turnsPerMinute: 30, turnsAtOnce }, perBot });
        await chat.revokeBefore();
        const all = Promise.all(sent.map((kind) => chat.startProcess(call)(...questionOf(kind))));
        const results = await scheduler.waitFor(all);
        for (const [n, kind] of sent.entries()) expect(results[n]).toMatch(outcomes[kind]);
        expect(await chat.held()).toEqual([]);
        expect(chat.maxAsking()).toBeLessThanOrEqual(1);
        // Each answered question counts, and no other.
        const answered = results.filter((result) => result === "emitted").length;
        expect(chat.asked).toHaveLength(answered);
        expect(new Set(chat.asked).size).toBe(answered);
        expect(await chat.counted()).toEqual({ atGuard: answered, inConversation: answered });
        expect(chat.log.lines.map(({ event }) => event).filter((event) => event !== "chat_answered")).toEqual(
          [],
        );
      }),
      { numRuns: 25 },
    );
  }, 60_000);

  test("whose question is asked again while it runs keep their guard, slot and conversation", async () => {
    const { startProcess, asked, held } = setUp();
    const again: string[] = [];
    const before: unknown[] = [];
    const after: unknown[] = [];
    const first = startProcess(async (send) => {
      if (asked.length === 1 && again.length === 0) {
        again.push("");
        before.push(...(await held()));
        again.push(await startProcess(calm)(request));
        after.push(...(await held()));
      }
      return send();
    });
    expect(await first(request)).toBe("emitted");
    expect(again[1]).toBe("existing");
    expect(before.length).toBeGreaterThanOrEqual(4);
    expect(after).toEqual(before);
    expect(await held()).toEqual([]);
  });
});

describe("a question that is not answered costs the calls that docs/cost.md says,", () => {
  /** Without the bot's, which is read once in any case. `isBusy`: another turn of the user runs meanwhile. */
  const costOf = async (given: Parameters<typeof setUp>[0], ask: Question, isBusy = false) => {
    const chat = setUp(given);
    await chat.revokeBefore();
    const cost = { outcome: "", writes: 0, reads: 0 };
    const askNow = async () => {
      cost.outcome = "asked";
      cost.outcome = await chat.startProcess((send, kind) => {
        if (kind === "UpdateCommand") cost.writes += 1;
        if (kind === "GetCommand") cost.reads += 1;
        return send();
      })(...ask);
    };
    await chat.startProcess(async (send) => {
      if (isBusy && chat.asked.length === 1 && cost.outcome === "") await askNow();
      return send();
    })(request);
    if (!isBusy) await askNow();
    return cost;
  };

  test("of an unknown bot", async () => {
    expect(await costOf({}, [{ botUserId: "bot-nowhere" }])).toEqual({
      ...{ outcome: "not_found", writes: 2, reads: 0 },
    });
  });

  test("of a user above a limit, or with a revoked token", async () => {
    const limits = { turnsPerMinute: 1, turnsAtOnce: 1 };
    expect(await costOf({ limits }, [{}])).toEqual({ outcome: "rate_limited", writes: 7, reads: 1 });
    expect(await costOf({}, [{}, true])).toEqual({ outcome: "bad_token", writes: 7, reads: 1 });
  });

  test("of a bot that is full", async () => {
    const named = { conversation: "another" };
    expect(await costOf({ perBot: 1 }, [named], true)).toEqual({
      ...{ outcome: "rate_limited", writes: 7, reads: 2 },
    });
  });

  test("with a key that is known: as before there were stages", async () => {
    expect(await costOf({}, [request])).toEqual({ outcome: "existing", writes: 1, reads: 2 });
  });
});

describe("a fault before the model is asked,", () => {
  test("at any call, leaves nothing held, and the question can be asked again at once", async () => {
    const calls = await callsBeforeModel();
    for (let at = 1; at <= calls; at += 1) {
      const { startProcess, held, counted } = setUp();
      const result = await startProcess(failing((n) => n === at).onCall)(request);
      // Without the table of slots, each turn gets one.
      expect(["throttled", "emitted"]).toContain(result);
      expect(await held()).toEqual([]);
      expect(await startProcess(calm)(request)).toBe(result === "emitted" ? "existing" : "emitted");
      expect(await held()).toEqual([]);
      expect(await counted()).toEqual({ atGuard: 1, inConversation: 1 });
    }
  }, 60_000);

  test("if it is the end of the process, at any call, costs the next try nothing once the leases are over", async () => {
    const calls = await callsBeforeModel();
    for (let from = 1; from <= calls; from += 1) {
      const chat = setUp({ limits: { turnsPerMinute: 30, turnsAtOnce: 1 }, perBot: 1 });
      expect(await chat.startProcess(failing((n) => n >= from).onCall)(request)).not.toBe("emitted");
      chat.advance(10_000);
      // The turn's lease is over; those of its conversation, guard and slot are its own.
      expect(await chat.startProcess(calm)(request)).toBe("emitted");
      expect(await chat.held()).toEqual([]);
      expect(await chat.counted()).toEqual({ atGuard: 1, inConversation: 1 });
    }
  }, 60_000);
});
