import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { makeConversationsTable } from "#adapters/dynamodb/conversations-table.ts";
import type {
  Conversation,
  ConversationKey,
  ConversationStore,
  OpenedConversation,
} from "#core/turn/conversation.ts";
import { startTable, type TestTable } from "../support/dynamodb.ts";
import { losingReply } from "../support/losing-replies.ts";
import { makeTestClock } from "../support/test-clock.ts";

const startMs = Date.UTC(2026, 0, 1);
const dayMs = 24 * 60 * 60 * 1000;
const leaseMs = 25_000;

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

const holdOf = (turnId: string, heldUntil = startMs + leaseMs, token = `token of ${turnId}`) => ({
  turnId,
  token,
  heldUntil,
});

const conversationIn = (opened: OpenedConversation): Conversation | undefined =>
  opened.status === "open" ? opened.conversation : undefined;

let turns = 0;
/** A turn that does nothing but look, from beginning to end. */
const find = async (store: ConversationStore, key: ConversationKey): Promise<Conversation | undefined> => {
  turns += 1;
  const hold = holdOf(`turn ${turns}`, startMs + 30 * dayMs);
  const opened = await store.open(key, hold);
  expect(opened.status).toBe("open");
  await store.close(key, hold.token, undefined);
  return conversationIn(opened);
};

/** A turn in which Dify begins a conversation. */
const keep = async (store: ConversationStore, key: ConversationKey, kept: Conversation): Promise<void> => {
  turns += 1;
  const hold = holdOf(`turn ${turns}`, startMs + 30 * dayMs);
  await store.open(key, hold);
  expect(await store.keep(key, hold.token, kept)).toBe(true);
  await store.close(key, hold.token, undefined);
};

const itemOf = async (part: string): Promise<Record<string, unknown> | undefined> =>
  (await table.items()).find(({ conversation: key }) => String(key).includes(part));

describe("a conversation", () => {
  test("is found as it was kept, and none where none was", async () => {
    const { store } = storeAt();
    const key = keyOf({ senderId: "found" });
    expect(await find(store, key)).toBeUndefined();
    await keep(store, key, conversation());
    expect(await find(store, key)).toEqual(conversation());
  });

  test("gives way to one that is kept after it", async () => {
    const { store } = storeAt();
    const key = keyOf({ senderId: "replaced" });
    await keep(store, key, conversation());
    const next = conversation({ conversationId: "the next", expiresAt: startMs + 2 * dayMs });
    await keep(store, key, next);
    expect(await find(store, key)).toEqual(next);
  });

  test("is there to its last millisecond, and gone after, though its record still stands in the table", async () => {
    const { store, clock } = storeAt();
    const key = keyOf({ senderId: "expired" });
    await keep(store, key, conversation());
    await clock.advance(dayMs - 1);
    expect(await find(store, key)).toBeDefined();
    await clock.advance(1);
    expect(await find(store, key)).toBeUndefined();
    expect(await itemOf("expired")).toBeDefined();
  });

  test("lives on from each answer where its life is prolonged", async () => {
    const { store, clock } = storeAt();
    const key = keyOf({ senderId: "sliding" });
    await keep(store, key, conversation());
    await clock.advance(dayMs - 1);
    const hold = holdOf("late", clock.now() + leaseMs);
    await store.open(key, hold);
    await store.close(key, hold.token, clock.now() + dayMs);
    await clock.advance(dayMs - 1);
    expect(await find(store, key)).toBeDefined();
    expect((await itemOf("sliding"))?.ttl).toBeGreaterThanOrEqual((startMs + 3 * dayMs) / 1000);
  });

  test("is never deleted by DynamoDB before a day after it expires, in seconds", async () => {
    const { store } = storeAt();
    await keep(store, keyOf({ senderId: "ttl" }), conversation());
    expect((await itemOf("ttl"))?.ttl).toBe((startMs + 2 * dayMs) / 1000);
  });

  test("counts the turns that it has had since it began", async () => {
    const { store } = storeAt();
    const key = keyOf({ senderId: "counted" });
    await find(store, key);
    await keep(store, key, conversation());
    await find(store, key);
    await find(store, key);
    expect(await itemOf("counted")).toMatchObject({ turns: 3 });
  });

  test.each<[string, Partial<ConversationKey>]>([
    ["app", { appKey: "app-two" }],
    ["bot", { botUserId: "bot-sales" }],
    ["integration", { integrationType: "dify_workflow" }],
    ["channel", { channelType: "GROUP" }],
    ["target", { targetId: "g1" }],
    ["sender", { senderId: "u8" }],
    ["sender (but all of a group)", { senderId: undefined }],
  ])("is not another %s's", async (name, other) => {
    const { store } = storeAt();
    const own = keyOf({ appKey: `app of ${name}` });
    await keep(store, own, conversation());
    expect(await find(store, { ...own, ...other })).toBeUndefined();
  });

  test("is not mistaken for one whose ids only look the same put together", async () => {
    const { store } = storeAt();
    await keep(store, keyOf({ targetId: 'g","x', senderId: "u" }), conversation());
    expect(await find(store, keyOf({ targetId: "g", senderId: 'x","u' }))).toBeUndefined();
    await keep(store, keyOf({ targetId: "g9", senderId: undefined }), conversation());
    expect(await find(store, keyOf({ targetId: "g9", senderId: "null" }))).toBeUndefined();
  });

  test("is kept for ids of 64 characters of any script", async () => {
    const { store } = storeAt();
    const id = "\u0001".repeat(64);
    const key = keyOf({ appKey: id, botUserId: id, targetId: id, senderId: "汉".repeat(64) });
    await keep(store, key, conversation());
    expect(await find(store, key)).toBeDefined();
  });

  test("that the version before this one has kept goes on", async () => {
    const { store } = storeAt();
    const key = ["app-one", "bot-helpdesk", "dify_chat", "PERSON", "bot-helpdesk", "of yesterday"];
    const { PutCommand } = await import("@aws-sdk/lib-dynamodb");
    await table.client.send(
      new PutCommand({
        TableName: table.tableName,
        Item: { conversation: JSON.stringify(key), version: 1, ...conversation(), ttl: 0 },
      }),
    );
    expect(await find(store, keyOf({ senderId: "of yesterday" }))).toEqual(conversation());
  });
});

describe("the hold on a conversation", () => {
  test("is one turn's of many that want it at once", async () => {
    const { store } = storeAt();
    const key = keyOf({ senderId: "wanted" });
    const opened = await Promise.all(
      Array.from({ length: 20 }, (_, index) => store.open(key, holdOf(`turn of ${index}`))),
    );
    expect(opened.filter(({ status }) => status === "open")).toHaveLength(1);
  });

  test("passes to the next turn when it is given back, and not before", async () => {
    const { store } = storeAt();
    const key = keyOf({ senderId: "passed on" });
    const first = holdOf("first");
    await store.open(key, first);
    expect(await store.open(key, holdOf("second"))).toEqual({ status: "busy" });
    await store.close(key, first.token, undefined);
    expect(await store.open(key, holdOf("second"))).toMatchObject({ status: "open" });
  });

  test("runs out where nobody renews it, and lasts where somebody does", async () => {
    const { store, clock } = storeAt();
    const key = keyOf({ senderId: "renewed" });
    await store.open(key, holdOf("first"));
    await clock.advance(leaseMs - 1);
    expect(await store.renew(key, holdOf("first", clock.now() + leaseMs))).toBe(true);
    await clock.advance(leaseMs - 1);
    expect((await store.open(key, holdOf("second", clock.now() + leaseMs))).status).toBe("busy");
    await clock.advance(1);
    expect((await store.open(key, holdOf("second", clock.now() + leaseMs))).status).toBe("open");
  });

  test("that is another's by now lets its former holder write nothing", async () => {
    const { store, clock } = storeAt();
    const key = keyOf({ senderId: "fenced" });
    const late = holdOf("late");
    await store.open(key, late);
    await clock.advance(leaseMs);
    const next = holdOf("next", clock.now() + leaseMs);
    await store.open(key, next);
    expect(await store.renew(key, late)).toBe(false);
    expect(await store.keep(key, late.token, conversation({ conversationId: "stale" }))).toBe(false);
    await store.close(key, late.token, undefined);
    expect((await store.open(key, holdOf("third", clock.now() + leaseMs))).status).toBe("busy");
    await store.close(key, next.token, undefined);
    expect(await find(store, key)).toBeUndefined();
  });

  test("is taken over at once by the same turn, whose worker has died", async () => {
    const { store } = storeAt();
    const key = keyOf({ senderId: "again" });
    await store.open(key, holdOf("same", startMs + leaseMs, "token of the dead"));
    expect(await store.open(key, holdOf("same", startMs + leaseMs, "token of the next"))).toMatchObject({
      status: "open",
    });
    expect(await store.renew(key, holdOf("same", startMs + leaseMs, "token of the dead"))).toBe(false);
  });

  test("is got although the reply was lost, and the SDK asked again", async () => {
    const lossy = await losingReply(table);
    const store = makeConversationsTable({ ...lossy, clock: makeTestClock(startMs) });
    expect(await store.open(keyOf({ senderId: "lost reply" }), holdOf("turn"))).toMatchObject({
      status: "open",
    });
    expect(lossy.calls()).toBe(2);
    await lossy.close();
  });
});
