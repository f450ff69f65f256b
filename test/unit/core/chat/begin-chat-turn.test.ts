import { createHash } from "node:crypto";
import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import type { BotWithKeys } from "#core/bot/bot.ts";
import { type ChatRequest, makeBeginChatTurn } from "#core/chat/begin-chat-turn.ts";
import type { Admission, TurnRequest } from "#core/chat/user-guard.ts";
import { conversationKeyOf } from "#core/turn/conversation.ts";
import { questionOf } from "#core/turn/question.ts";
import { chatRequest } from "../../../support/chat/chat-request.ts";
import { chatUser, startMs } from "../../../support/chat/chat-turns.ts";
import { makeMemoryChatTurns } from "../../../support/chat/memory-chat-turns.ts";
import { noUploads } from "../../../support/chat/no-uploads.ts";
import { countNothing, makeScriptedLimits } from "../../../support/count-nothing.ts";
import { makeFreeSlots } from "../../../support/free-slots.ts";
import { makeTestClock } from "../../../support/test-clock.ts";
import { bot, difyIntegration, webhookIntegration } from "../../../support/turns.ts";

const hash = (parts: readonly unknown[]): string =>
  createHash("sha256").update(JSON.stringify(parts)).digest("base64url");

const chat = difyIntegration({ type: "dify_chat" });
const agent = difyIntegration({ type: "dify_agent" });

/** What distinguishes a turn with an idempotency key from every other. */
interface Parts {
  readonly appKey: string;
  readonly userId: string;
  readonly botUserId: string;
  readonly idempotencyKey: string;
}

const setUp = (bots: readonly BotWithKeys[] = [bot()]) => {
  const clock = makeTestClock(startMs);
  const turns = makeMemoryChatTurns(clock);
  const asked: TurnRequest[] = [];
  const left: string[] = [];
  const ended: string[] = [];
  const guard: { admission: Admission | Error; isRevoked: boolean } = {
    admission: { status: "admitted" },
    isRevoked: false,
  };
  const slots = makeFreeSlots();
  const turnLimits = makeScriptedLimits();
  const failing: { read?: Error; begin?: Error; discard?: Error; cancel?: Error } = {};
  /** The calls that have begun, in order. */
  const calls: string[] = [];
  const call = async (name: keyof typeof failing): Promise<void> => {
    calls.push(name);
    if (failing[name]) throw failing[name];
  };
  let ids = 0;
  const begin = makeBeginChatTurn({
    openFiles: noUploads,
    bots: {
      findWithKeys: async (appKey, id) => {
        await call("read");
        return bots.find(({ userId }) => appKey === "app-one" && userId === id);
      },
    },
    turns: {
      begin: async (...given) => {
        await call("begin");
        return turns.begin(...given);
      },
      discard: async (...given) => {
        await call("discard");
        return turns.discard(...given);
      },
    },
    guard: {
      admit: async (turn) => {
        asked.push(turn);
        if (guard.admission instanceof Error) throw guard.admission;
        return guard.admission;
      },
      release: async ({ turn }) => void ended.push(turn),
      cancel: async ({ turn }) => {
        left.push(turn);
        await call("cancel");
      },
      isRevoked: async () => guard.isRevoked,
    },
    acquireSlot: slots.acquire,
    countTurn: turnLimits.countTurn,
    clock,
    newId: () => {
      ids += 1;
      return `id-${ids}`;
    },
    hash,
  });
  const until = startMs + 900_000;
  const user = chatUser();
  return {
    ...{ clock, turns, asked, left, ended, guard, slots, turnLimits, failing, calls },
    begin: (request = chatRequest(), as = user) => begin(as, request, until),
    /** A turn that may run now. */
    ready: async (request = chatRequest(), as = user) => {
      const begun = await begin(as, request, until);
      if (begun.status !== "ready") throw new Error("the turn exists already");
      await begun.ready.admission;
      return begun.ready;
    },
    /** Why a turn that has begun does not run, after what its runner does then. */
    refusal: async (request = chatRequest()): Promise<unknown> => {
      const begun = await begin(user, request, until);
      if (begun.status !== "ready") throw new Error("the turn exists already");
      const { id, lease, admission } = begun.ready;
      const refusal = await admission.then(
        () => undefined,
        (error: unknown) => error,
      );
      await turns.discard(id, lease.token);
      return refusal;
    },
  };
};

describe("a question", () => {
  test("becomes the turn that a message to the bot in the IM would be, with an id of its own", async () => {
    const { ready } = setUp();
    const { id, turn, lease, attempt } = await ready();
    expect({ lease, attempt }).toEqual({ lease: { token: "id-2", expiresAt: startMs + 10_000 }, attempt: 1 });
    expect(id).toMatchObject({
      turn: "id-1",
      userId: "u7",
      integrationType: "dify_chatflow",
      keepsAnswer: false,
    });
    expect(turn).toMatchObject({ id: "id-1", appKey: "app-one", bot: bot(), integration: difyIntegration() });
    expect(questionOf(turn.bot, turn.integration, turn.event)).toEqual({ text: "hello", files: [] });
    expect(conversationKeyOf(turn)).toEqual({
      appKey: "app-one",
      botUserId: "bot-helpdesk",
      integrationType: "dify_chatflow",
      channelType: "PERSON",
      targetId: "bot-helpdesk",
      senderId: "u7",
      name: undefined,
    });
  });

  test("brings its files and the name of its conversation along", async () => {
    const files = [{ kind: "image", url: "https://example.com/a.png" }] as const;
    const { turn, id } = await setUp().ready(chatRequest({ files, conversation: "trip" }));
    expect(turn.files).toEqual(files);
    expect(id.conversation).toBe("trip");
    expect(conversationKeyOf(turn)).toMatchObject({ name: "trip" });
  });

  test("is read as the user wrote it, even if it is a command or a mention", async () => {
    const { ready } = setUp();
    for (const content of ['{"content":"x"}', "@Helpdesk", "/help", "👋"]) {
      const { turn } = await ready(chatRequest({ content }));
      expect(questionOf(turn.bot, turn.integration, turn.event)?.text).toBe(content);
    }
  });

  test("is admitted by the user's guard, with a lease until the function's time is over", async () => {
    const { ready, asked } = setUp();
    await ready();
    expect(asked).toEqual([
      {
        ...{ appKey: "app-one", userId: "u7", turn: "id-1" },
        ...{ issuedAt: startMs - 60_000, until: startMs + 900_000 },
      },
    ]);
  });

  test("is answered by the first integration that is enabled and is Dify's, or the one it names", async () => {
    const off = difyIntegration({ type: "dify_completion", enabled: false });
    const { ready } = setUp([bot({ integrations: [webhookIntegration(), off, chat, agent] })]);
    expect((await ready()).turn.integration.type).toBe("dify_chat");
    expect((await ready(chatRequest({ integration: "dify_agent" }))).turn.integration.type).toBe(
      "dify_agent",
    );
  });
});

const noAnswerer = {
  code: "conflict",
  message: "integration: the bot has no enabled integration that can answer",
};
const notOfThisType = {
  code: "conflict",
  message: 'integration: the bot has no enabled integration of this type, got "dify_agent"',
};

describe("a question is rejected", () => {
  test.each<[string, Partial<ChatRequest>, readonly BotWithKeys[], object]>([
    ["for an unknown bot", { botUserId: "bot-nowhere" }, [bot()], { code: "not_found" }],
    ["for a bot with only a webhook", {}, [bot({ integrations: [webhookIntegration()] })], noAnswerer],
    [
      "for a bot whose integration is disabled",
      {},
      [bot({ integrations: [difyIntegration({ enabled: false })] })],
      noAnswerer,
    ],
    ["for an integration that the bot does not have", { integration: "dify_agent" }, [bot()], notOfThisType],
    [
      "for an integration that is disabled",
      { integration: "dify_agent" },
      [bot({ integrations: [chat, difyIntegration({ type: "dify_agent", enabled: false })] })],
      notOfThisType,
    ],
  ])("%s", async (_what, request, bots, error) => {
    const { begin, asked, turns } = setUp(bots);
    await expect(begin(chatRequest(request))).rejects.toMatchObject({ expose: true, ...error });
    expect(asked).toEqual([]);
    expect(turns.recordOf({ appKey: "app-one", turn: "id-1" })).toMatchObject({ heldUntil: 0 });
  });

  test("for a bot that the token does not cover, whether it exists or not", async () => {
    const { begin, ready } = setUp();
    const bound = chatUser({ bots: ["bot-sales", "bot-helpdesk"] });
    await expect(ready(chatRequest(), bound)).resolves.toBeDefined();
    for (const botUserId of ["bot-helpdesk", "bot-nowhere"]) {
      await expect(
        begin(chatRequest({ botUserId }), chatUser({ bots: ["bot-sales"] })),
      ).rejects.toMatchObject({
        code: "forbidden",
      });
      await expect(begin(chatRequest({ botUserId }), chatUser({ bots: [] }))).rejects.toMatchObject({
        code: "forbidden",
      });
    }
  });

  test("whichever fails first: the bot's error comes before that of the turn, and the turn is discarded", async () => {
    const { begin, failing, calls } = setUp();
    failing.begin = new Error("the turn's");
    await expect(begin()).rejects.toThrow("the turn's");
    await expect(begin(chatRequest({ botUserId: "bot-nowhere" }))).rejects.toMatchObject({
      code: "not_found",
    });
    failing.read = new Error("the bot's");
    failing.discard = new Error("a later one");
    await expect(begin()).rejects.toThrow("the bot's");
    expect(calls.filter((name) => name === "discard")).toHaveLength(3);
  });
});

describe("a turn that has begun is refused", () => {
  test("with a token that was revoked", async () => {
    const { refusal, guard, left } = setUp();
    guard.admission = { status: "revoked" };
    expect(await refusal()).toMatchObject({ code: "bad_token" });
    expect(left).toEqual([]);
  });

  test("above the rate limit: the caller is told when to retry, and the turn may be begun again by then", async () => {
    const { refusal, ready, guard, left } = setUp();
    const request = chatRequest({ idempotencyKey: "k1" });
    guard.admission = { status: "limited", retryAfterMs: 1_700 };
    expect(await refusal(request)).toMatchObject({
      code: "rate_limited",
      expose: true,
      retryable: true,
      retryAfterMs: 1_700,
    });
    expect(left).toEqual([]);
    guard.admission = { status: "admitted" };
    expect((await ready(request)).attempt).toBe(2);
  });

  test("while the guard cannot decide: the turn may be begun again at once", async () => {
    const { refusal, ready, guard, asked, left } = setUp();
    const request = chatRequest({ idempotencyKey: "k1" });
    guard.admission = new Error("throttled");
    expect(await refusal(request)).toEqual(new Error("throttled"));
    // It may have been admitted all the same.
    expect(left).toEqual([asked[0]?.turn]);
    guard.admission = { status: "admitted" };
    expect((await ready(request)).attempt).toBe(2);
  });

  test("without an unhandled rejection if nobody runs it", async () => {
    const { begin, guard } = setUp();
    guard.admission = { status: "revoked" };
    const begun = await begin();
    await new Promise(setImmediate);
    expect(begun.status).toBe("ready");
  });
});

describe("a question with a key", () => {
  const key = "order-7";
  const request = chatRequest({ idempotencyKey: key });

  test("is one turn, whose answer is stored, however often it is asked; the guard is asked once", async () => {
    const { begin, ready, asked } = setUp();
    const { id } = await ready(request);
    expect(id.keepsAnswer).toBe(true);
    expect(await begin(request)).toMatchObject({ status: "existing", turn: { turn: id.turn, attempt: 1 } });
    expect(asked).toHaveLength(1);
  });

  test("begins again if its process has died", async () => {
    const { clock, ready } = setUp();
    const first = await ready(request);
    await clock.advance(10_000);
    expect(await ready(request)).toMatchObject({ id: { turn: first.id.turn }, attempt: 2 });
  });

  test.each<[string, Partial<ChatRequest>]>([
    ["content", { content: "hello!" }],
    ["conversation", { conversation: "trip" }],
    ["integration", { integration: "dify_chatflow" }],
    ["files", { files: [{ kind: "image", url: "https://example.com/a.png" }] }],
  ])("with another %s is rejected: it is another question", async (_what, other) => {
    const { begin, ready } = setUp();
    await ready(request);
    await expect(begin({ ...request, ...other })).rejects.toMatchObject({
      code: "conflict",
      expose: true,
      message: expect.stringMatching(/^Idempotency-Key: /),
    });
  });

  test("that is known is not confirmed to a caller with a revoked token", async () => {
    const { begin, ready, guard } = setUp();
    await ready(request);
    guard.isRevoked = true;
    await expect(begin(request)).rejects.toMatchObject({ code: "bad_token" });
  });

  /** The turn's id for a key. */
  const turnOf = async ({ appKey, userId, botUserId, idempotencyKey }: Parts): Promise<string> => {
    const begin = makeBeginChatTurn({
      openFiles: noUploads,
      bots: { findWithKeys: async () => bot({ userId: botUserId }) },
      turns: makeMemoryChatTurns(makeTestClock(startMs)),
      guard: {
        admit: async () => ({ status: "admitted" }),
        release: async () => {},
        cancel: async () => {},
        isRevoked: async () => false,
      },
      acquireSlot: makeFreeSlots().acquire,
      countTurn: countNothing,
      clock: makeTestClock(startMs),
      newId: () => "a new one",
      hash,
    });
    const begun = await begin(
      chatUser({ appKey, userId }),
      chatRequest({ botUserId, idempotencyKey }),
      startMs,
    );
    return begun.status === "ready" ? begun.ready.id.turn : "";
  };

  test.each(["appKey", "userId", "botUserId", "idempotencyKey"] as const)(
    "with another %s is another turn",
    async (part) => {
      const parts = { appKey: "a", userId: "u", botUserId: "b", idempotencyKey: "k" };
      expect(await turnOf({ ...parts, [part]: "x" })).not.toBe(await turnOf(parts));
    },
  );

  test("belongs to its user, this bot and this app: no other user's key ever yields the same turn", () => {
    const part = fc.constantFrom("a", "b", 'a","b', "a,b", "[", "", '"');
    const of = fc.record({ appKey: part, userId: part, botUserId: part, idempotencyKey: part });
    return fc.assert(
      fc.asyncProperty(of, of, async (one, other) => {
        const isSame = JSON.stringify(one) === JSON.stringify(other);
        expect((await turnOf(one)) === (await turnOf(other))).toBe(isSame);
      }),
    );
  });

  test("and one without, or with another key, are separate turns", async () => {
    const { ready } = setUp();
    const names = [
      await ready(request),
      await ready(),
      await ready(),
      await ready(chatRequest({ idempotencyKey: "k2" })),
    ].map(({ id }) => id.turn);
    expect(new Set(names).size).toBe(4);
  });
});

describe("a turn for which the bot or its app has no free slot", () => {
  test.each(["app", "bot"] as const)(
    "is told to retry, at the limit of the %s, and is not counted",
    async (limit) => {
      const { refusal, slots, left, asked, ready } = setUp();
      slots.refuse(limit);
      expect(await refusal(chatRequest({ idempotencyKey: "k" }))).toMatchObject({
        code: "rate_limited",
        retryable: true,
        retryAfterMs: 5_000,
        message: "the bot is answering as many questions as it can; retry later",
      });
      expect(left).toEqual([asked[0]?.turn]);
      slots.refuse(undefined);
      expect(await ready(chatRequest({ idempotencyKey: "k" }))).toMatchObject({
        id: { turn: asked[0]?.turn },
        attempt: 2,
      });
    },
  );

  test.each<[string, Admission | Error, object]>([
    ["is revoked", { status: "revoked" }, { code: "bad_token" }],
    ["has asked too often", { status: "limited", retryAfterMs: 1 }, { retryAfterMs: 1 }],
    ["cannot be checked", new Error("throttled"), { message: "throttled" }],
  ])("is told first that its user %s", async (_how, admission, error) => {
    const { refusal, slots, guard } = setUp();
    slots.refuse("bot");
    guard.admission = admission;
    expect(await refusal()).toMatchObject(error);
  });

  test("is told so even if it stays counted, because the guard fails then", async () => {
    const { refusal, slots, failing } = setUp();
    slots.refuse("bot");
    failing.cancel = new Error("throttled");
    expect(await refusal()).toMatchObject({ code: "rate_limited", retryAfterMs: 5_000 });
  });
});

test.each<[string, Admission | Error]>([
  ["is limited", { status: "limited", retryAfterMs: 1 }],
  ["has a revoked token", { status: "revoked" }],
  ["cannot be checked", new Error("throttled")],
])("a turn whose user %s gives the bot's slot back", async (_how, admission) => {
  const { refusal, slots, guard } = setUp();
  guard.admission = admission;
  await refusal();
  expect(slots.log).toEqual(["granted", "released"]);
});

describe("a turn that is admitted", () => {
  test("keeps the bot's slot and its place at the guard until it has ended", async () => {
    const { ready, slots, left, ended } = setUp();
    const { id, admission } = await ready();
    expect([slots.log, left, ended]).toEqual([["granted"], [], []]);
    await (await admission).release(0);
    expect([slots.log, left, ended]).toEqual([["granted", "released"], [], [id.turn]]);
  });

  test("gives both back without being counted if it never runs", async () => {
    const { ready, slots, left, ended } = setUp();
    const { id, admission } = await ready();
    await (await admission).cancel();
    expect([slots.log, left, ended]).toEqual([["granted", "released"], [id.turn], []]);
  });
});

describe("a turn that a limit does not allow", () => {
  const by = { scope: "bot", limit: "turnsPerDay", freeAt: startMs + 90_000 } as const;

  test("is refused with the limit and the time to retry, and leaves nothing", async () => {
    const { refusal, turnLimits, slots, left } = setUp();
    turnLimits.reach(by);
    const error = await refusal();
    expect(error).toMatchObject({ code: "rate_limited", expose: true, retryAfterMs: 90_000 });
    expect(String(error)).toContain("turnsPerDay: the bot has used up the turns of this day; retry from ");
    expect([slots.log, left.length, turnLimits.log]).toEqual([["granted", "released"], 1, ["limited"]]);
  });

  test("is not counted if the guard or the slots have refused it", async () => {
    const { refusal, turnLimits, slots, guard } = setUp();
    guard.admission = { status: "limited", retryAfterMs: 1 };
    await refusal();
    guard.admission = { status: "admitted" };
    slots.refuse("bot");
    await refusal();
    expect(turnLimits.log).toEqual([]);
  });

  test("is counted with its tokens at its end, or taken back if it never runs", async () => {
    const { ready, turnLimits } = setUp();
    await (await (await ready()).admission).release(12);
    await (await (await ready()).admission).cancel();
    expect(turnLimits.log).toEqual(["counted", "12 tokens", "counted", "undone"]);
  });

  test("and whose process died is neither counted nor refused again: its slot is still open", async () => {
    const { ready, turnLimits, slots } = setUp();
    turnLimits.reach(by);
    slots.find();
    await (await ready()).admission;
    expect(turnLimits.log).toEqual(["counted before"]);
  });
});

describe("the calls of a stage", () => {
  test("do not wait for each other: neither the turn for the bot, nor the slot for the guard", async () => {
    const { begin, calls, asked, slots } = setUp();
    const begun = begin();
    expect(calls).toEqual(["read", "begin"]);
    expect(asked).toEqual([]);
    await begun;
    expect([asked.length, slots.log]).toEqual([1, ["granted"]]);
  });

  test("know the integration that the client names before the bot is read, and else leave it open", async () => {
    const { ready, turns } = setUp([bot({ integrations: [chat, agent] })]);
    const recorded = async (request: Partial<ChatRequest>) =>
      turns.recordOf((await ready(chatRequest(request))).id)?.integrationType;
    expect(await recorded({ integration: "dify_agent" })).toBe("dify_agent");
    expect(await recorded({})).toBeUndefined();
  });
});
