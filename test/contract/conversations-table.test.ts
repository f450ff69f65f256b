import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { makeConversationsTable } from "../../functions/adapters/dynamodb/conversations-table.ts";
import type { Conversation, ConversationKey } from "../../functions/core/conversation.ts";
import { startTable, type TestTable } from "../support/dynamodb.ts";
import { makeTestClock } from "../support/test-clock.ts";

const startMs = Date.UTC(2026, 0, 1);
const dayMs = 24 * 60 * 60 * 1000;

let table: TestTable;
beforeAll(async () => {
  table = await startTable("conversations");
});
afterAll(() => table.close());

const storeAt = (clock = makeTestClock(startMs)) => ({
  clock,
  store: makeConversationsTable({ ...table, clock }),
});

const keyOf = (given: Partial<ConversationKey> = {}): ConversationKey => ({
  appKey: "app-one",
  botUserId: "bot-helpdesk",
  integrationType: "dify_chat",
  channelType: "PERSON",
  targetId: "bot-helpdesk",
  senderId: "u7",
  ...given,
});

const conversation = (given: Partial<Conversation> = {}): Conversation => ({
  conversationId: "1e5c2a4e-0f8a-4f0f-9d3b-0a1b2c3d4e5f",
  user: "u7",
  startedAt: startMs,
  expiresAt: startMs + dayMs,
  ...given,
});

describe("a conversation", () => {
  test("is found as it was kept, and none where none was", async () => {
    const { store } = storeAt();
    const key = keyOf({ senderId: "found" });
    expect(await store.find(key)).toBeUndefined();
    await store.keep(key, conversation());
    expect(await store.find(key)).toMatchObject(conversation());
  });

  test("gives way to one that is kept after it", async () => {
    const { store } = storeAt();
    const key = keyOf({ senderId: "replaced" });
    await store.keep(key, conversation());
    await store.keep(key, conversation({ conversationId: "the next", expiresAt: startMs + 2 * dayMs }));
    expect(await store.find(key)).toMatchObject({
      conversationId: "the next",
      expiresAt: startMs + 2 * dayMs,
    });
  });

  test("is there to its last millisecond, and gone after, though its record still stands in the table", async () => {
    const { store, clock } = storeAt();
    const key = keyOf({ senderId: "expired" });
    await store.keep(key, conversation());
    await clock.advance(dayMs - 1);
    expect(await store.find(key)).toBeDefined();
    await clock.advance(1);
    expect(await store.find(key)).toBeUndefined();
    expect((await table.items()).map((item) => item.conversation)).toContainEqual(
      expect.stringContaining("expired"),
    );
  });

  test("may be deleted by DynamoDB a day after it expires, in seconds", async () => {
    const { store } = storeAt();
    await store.keep(keyOf({ senderId: "ttl" }), conversation({ expiresAt: startMs + 1 }));
    const items = await table.items();
    const item = items.find(({ conversation: key }) => String(key).includes("ttl"));
    expect(item?.ttl).toBe((startMs + dayMs) / 1000 + 1);
  });

  test.each<[string, Partial<ConversationKey>]>([
    ["app", { appKey: "app-two" }],
    ["bot", { botUserId: "bot-sales" }],
    ["integration", { integrationType: "dify_workflow" }],
    ["channel", { channelType: "GROUP" }],
    ["target", { targetId: "g1" }],
    ["sender", { senderId: "u8" }],
  ])("is not another %s's", async (name, other) => {
    const { store } = storeAt();
    const own = keyOf({ appKey: `app of ${name}` });
    await store.keep(own, conversation());
    expect(await store.find({ ...own, ...other })).toBeUndefined();
  });

  test("is not mistaken for one whose ids only look the same put together", async () => {
    const { store } = storeAt();
    await store.keep(keyOf({ targetId: 'g","x', senderId: "u" }), conversation());
    expect(await store.find(keyOf({ targetId: "g", senderId: 'x","u' }))).toBeUndefined();
  });

  test("is kept for ids of 64 characters of any script", async () => {
    const { store } = storeAt();
    const id = "\u0001".repeat(64);
    const key = keyOf({ appKey: id, botUserId: id, targetId: id, senderId: "汉".repeat(64) });
    await store.keep(key, conversation());
    expect(await store.find(key)).toBeDefined();
  });
});
