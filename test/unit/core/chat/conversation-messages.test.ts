import { describe, expect, test } from "@jest/globals";
import type { Model, TranscriptMessage, TranscriptRange } from "#core/answer/model.ts";
import type { BotWithKeys } from "#core/bot/bot.ts";
import type { ModelType } from "#core/bot/integration-types.ts";
import { makeConversationMessages } from "#core/chat/conversation-messages.ts";
import { readMessageTurn } from "#core/chat/message-turn.ts";
import type { Conversation, ConversationKey } from "#core/turn/conversation.ts";
import { chatUser, startMs } from "../../../support/chat/chat-turns.ts";
import { sameModel, silentModel } from "../../../support/models.ts";
import { makeTestClock } from "../../../support/test-clock.ts";
import { bot, difyIntegration, webhookIntegration } from "../../../support/turns.ts";

const message = (given: Partial<TranscriptMessage> = {}): TranscriptMessage => ({
  id: "m1",
  question: "hello",
  answer: "Hello!",
  askedAt: startMs,
  rating: null,
  files: [],
  ...given,
});

const numbered = (count: number): TranscriptMessage[] =>
  Array.from({ length: count }, (_, n) => message({ id: `m${n + 1}`, question: `q${n + 1}` }));

const conversation = (given: Partial<Conversation> = {}): Conversation => ({
  memory: "what the model keeps",
  startedAt: startMs,
  expiresAt: startMs + 1,
  ...given,
});

interface Given {
  readonly stored?: readonly TranscriptMessage[];
  readonly its?: BotWithKeys;
  readonly kept?: Partial<Record<ModelType, Conversation>>;
  readonly perPage?: number;
  readonly readMs?: number;
  readonly takesFeedback?: boolean;
}

/** A model that keeps messages in chats and chatflows. */
const setUp = ({
  stored = [message()],
  its = bot(),
  kept,
  perPage = 20,
  readMs = 0,
  takesFeedback = false,
}: Given = {}) => {
  const clock = makeTestClock(startMs);
  const keys: ConversationKey[] = [];
  const reads: unknown[] = [];
  const model: Model = {
    ...silentModel,
    ...(takesFeedback && { referenceTo: (userId: string, messageId: string) => `${userId} ${messageId}` }),
    resolveLink: (_integration, url) => (url.startsWith("/") ? `https://dify.example${url}` : url),
    transcripts: {
      types: ["dify_chat", "dify_chatflow"],
      read: async ({ type }, memory, { limit, before }) => {
        reads.push([type, memory, limit, before]);
        await clock.advance(readMs);
        const end = before === undefined ? stored.length : stored.findIndex(({ id }) => id === before);
        const first = Math.max(0, end - Math.min(limit, perPage));
        return { items: stored.slice(first, end), next: first > 0 ? stored[first]?.id : undefined };
      },
    },
  };
  const read = makeConversationMessages({
    bots: { findWithKeys: async (_appKey, id) => (id === its.userId ? its : undefined) },
    conversations: {
      read: async (key) => {
        keys.push(key);
        return (kept ?? { dify_chatflow: conversation() })[key.integrationType];
      },
    },
    models: sameModel(model),
    clock,
  });
  const readAs = (user = chatUser(), range: Partial<TranscriptRange> = {}, name?: string) =>
    read(user, "bot-helpdesk", name, { limit: 20, before: undefined, ...range });
  return { read, readAs, keys, reads };
};

describe("a user reads their conversation", () => {
  test("of the bot and name, by its memory", async () => {
    const { readAs, keys, reads } = setUp();
    expect(await readAs(chatUser({ userId: "u9" }), { limit: 5 }, "trip")).toEqual({
      messages: [
        {
          id: "m1",
          turn: null,
          question: "hello",
          answer: "Hello!",
          askedAt: startMs,
          rating: null,
          files: [],
        },
      ],
      hasMore: false,
    });
    expect(keys).toMatchObject([
      { appKey: "app-one", senderId: "u9", targetId: "bot-helpdesk", name: "trip" },
    ]);
    expect(reads).toEqual([["dify_chatflow", "what the model keeps", 5, undefined]]);
  });

  test("with a name for each answer, by which it can be rated", async () => {
    const { messages } = await setUp({ takesFeedback: true }).readAs();
    const turn = "dify_chatflow.m1";
    expect(messages).toMatchObject([{ turn }]);
    expect(readMessageTurn(turn)).toEqual({ integrationType: "dify_chatflow", messageId: "m1" });
  });

  test("with the integration whose conversation began last", async () => {
    const its = bot({ integrations: [difyIntegration(), difyIntegration({ type: "dify_chat" })] });
    const kept = {
      dify_chatflow: conversation(),
      dify_chat: conversation({ startedAt: startMs + 1, memory: "the later one" }),
    };
    const { readAs, reads } = setUp({ its, kept });
    await readAs();
    expect(reads).toEqual([["dify_chat", "the later one", 20, undefined]]);
  });

  test("from page to page of the model's, the oldest message first", async () => {
    const { readAs, reads } = setUp({ stored: numbered(50) });
    const newest = await readAs(chatUser(), { limit: 45 });
    expect(newest.messages.map(({ id }) => id)).toEqual(Array.from({ length: 45 }, (_, n) => `m${n + 6}`));
    expect(newest.hasMore).toBe(true);
    expect(reads).toMatchObject([
      [expect.anything(), expect.anything(), 45, undefined],
      [expect.anything(), expect.anything(), 25, "m31"],
      [expect.anything(), expect.anything(), 5, "m11"],
    ]);
    const oldest = await readAs(chatUser(), { before: newest.messages[0]?.id });
    expect(oldest).toMatchObject({ messages: [{ id: "m1" }, {}, {}, {}, { id: "m5" }], hasMore: false });
  });

  test("without reasoning, with absolute links and the files that the text does not link to", async () => {
    const answer = "<think>secret</think>See ![chart](/files/tools/a.png)";
    const files = [
      { kind: "image", url: "/files/tools/a.png", name: "a.png" },
      { kind: "document", url: "/files/tools/b.pdf", name: undefined },
    ] as const;
    const { messages } = await setUp({ stored: [message({ answer, files, rating: "like" })] }).readAs();
    expect(messages).toMatchObject([
      {
        answer: "See ![chart](https://dify.example/files/tools/a.png)",
        rating: "like",
        files: [{ type: "document", url: "https://dify.example/files/tools/b.pdf", name: null }],
      },
    ]);
    expect(JSON.stringify(messages)).not.toContain("secret");
  });

  test("with reasoning as a quote if the integration shows it, as in the live answer", async () => {
    const its = bot({ integrations: [difyIntegration({ options: { showThinking: true } })] });
    const stored = [message({ answer: "<think>hm</think>Yes" })];
    expect((await setUp({ its, stored }).readAs()).messages).toMatchObject([{ answer: "> hm\n\nYes" }]);
  });
});

describe("a page is bounded", () => {
  test("in size: older messages come with the next one, and one that is too long is cut", async () => {
    const stored = numbered(20).map((each) => ({ ...each, answer: "好".repeat(600_000) }));
    const { readAs } = setUp({ stored });
    const page = await readAs();
    expect(Buffer.byteLength(JSON.stringify(page))).toBeLessThan(5 * 1024 * 1024);
    expect(page).toMatchObject({ hasMore: true });
    expect(page.messages.at(-1)).toMatchObject({ id: "m20" });

    const older = await readAs(chatUser(), { before: page.messages[0]?.id });
    expect(older.messages.at(-1)).toMatchObject({ id: `m${20 - page.messages.length}` });

    const escaped = message({ question: "\u0001".repeat(2_000_000), answer: "\u0001".repeat(2_000_000) });
    const whole = await setUp({ stored: [escaped] }).readAs();
    expect(Buffer.byteLength(JSON.stringify(whole))).toBeLessThan(5 * 1024 * 1024);
  });

  test("in time: what has been read by then is the page", async () => {
    const { readAs, reads } = setUp({ stored: numbered(100), readMs: 5_000 });
    const page = await readAs(chatUser(), { limit: 100 });
    expect(reads).toHaveLength(3);
    expect(page).toMatchObject({ hasMore: true });
    expect(page.messages).toHaveLength(60);
  });
});

describe("there are no messages", () => {
  test.each<[string, Given, object]>([
    [
      "of a conversation that has not begun or has expired, whatever the model's server has",
      { kept: {} },
      { code: "not_found", message: "conversation: not found or expired" },
    ],
    [
      "of an unknown bot",
      { its: bot({ userId: "bot-sales" }) },
      { code: "not_found", message: "userId: there is no such bot" },
    ],
    [
      "of a bot whose models have no conversations",
      { its: bot({ integrations: [webhookIntegration(), difyIntegration({ type: "dify_workflow" })] }) },
      { code: "conflict", message: expect.stringMatching(/^conversation: the bot's integrations keep no/) },
    ],
  ])("%s", async (_of, given, error) => {
    const { readAs, reads } = setUp(given);
    await expect(readAs()).rejects.toMatchObject({ ...error, expose: true });
    expect(reads).toEqual([]);
  });
});
