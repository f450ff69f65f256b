import { beforeAll, describe, expect, test } from "@jest/globals";
import type {
  Conversation,
  ConversationKey,
  ConversationLease,
  ConversationStore,
  OpenedConversation,
} from "#core/turn/conversation.ts";
import { closeAfterAll, closeAfterEach } from "../support/close-after.ts";
import { conversationStore, conversationKey as keyOf } from "../support/conversations.ts";
import { startTable, type TestTable } from "../support/dynamodb.ts";
import { losingReply } from "../support/losing-replies.ts";
import { makeTestClock } from "../support/test-clock.ts";

const startMs = Date.UTC(2026, 0, 1);
const dayMs = 24 * 60 * 60 * 1000;
const leaseMs = 25_000;

let table: TestTable;
beforeAll(async () => {
  table = closeAfterAll(await startTable("conversations"));
});

const storeAt = (clock = makeTestClock(startMs)) => ({
  clock,
  store: conversationStore({ ...table, clock }),
});

const conversation = (given: Partial<Conversation> = {}): Conversation => ({
  memory: "what the model remembers",
  startedAt: startMs,
  expiresAt: startMs + dayMs,
  ...given,
});

const leaseOf = (
  turnId: string,
  expiresAt = startMs + leaseMs,
  token = `token of ${turnId}`,
): ConversationLease => ({ turnId, token, expiresAt });

const conversationIn = (opened: OpenedConversation): Conversation | undefined =>
  opened.status === "open" ? opened.conversation : undefined;

let turns = 0;
/** A turn that only reads, from beginning to end. */
const find = async (store: ConversationStore, key: ConversationKey): Promise<Conversation | undefined> => {
  turns += 1;
  const lease = leaseOf(`turn ${turns}`, startMs + 30 * dayMs);
  const opened = await store.open(key, lease);
  expect(opened.status).toBe("open");
  await store.close(key, lease.token, {});
  return conversationIn(opened);
};

/** A turn in which the model begins a conversation. */
const begin = async (store: ConversationStore, key: ConversationKey, begun: Conversation): Promise<void> => {
  turns += 1;
  const lease = leaseOf(`turn ${turns}`, startMs + 30 * dayMs);
  await store.open(key, lease);
  expect(await store.begin(key, lease.token, begun)).toBe(true);
  await store.close(key, lease.token, {});
};

const itemOf = async (part: string): Promise<Record<string, unknown> | undefined> =>
  (await table.items()).find(({ conversation: key }) => String(key).includes(part));

describe("a conversation", () => {
  test("is read as it was begun, and not found if none was", async () => {
    const { store } = storeAt();
    const key = keyOf({ senderId: "found" });
    expect(await find(store, key)).toBeUndefined();
    await begin(store, key, conversation());
    expect(await find(store, key)).toEqual(conversation());
  });

  test("is replaced by one that begins after it", async () => {
    const { store } = storeAt();
    const key = keyOf({ senderId: "replaced" });
    await begin(store, key, conversation());
    const next = conversation({ memory: "the next", expiresAt: startMs + 2 * dayMs });
    await begin(store, key, next);
    expect(await find(store, key)).toEqual(next);
  });

  test("exists to its last millisecond and not after that, even if its record is still in the table", async () => {
    const { store, clock } = storeAt();
    const key = keyOf({ senderId: "expired" });
    await begin(store, key, conversation());
    await clock.advance(dayMs - 1);
    expect(await find(store, key)).toBeDefined();
    await clock.advance(1);
    expect(await find(store, key)).toBeUndefined();
    expect(await itemOf("expired")).toBeDefined();
  });

  test("has its life extended by each answer if the integration says so", async () => {
    const { store, clock } = storeAt();
    const key = keyOf({ senderId: "sliding" });
    await begin(store, key, conversation());
    await clock.advance(dayMs - 1);
    const lease = leaseOf("late", clock.now() + leaseMs);
    await store.open(key, lease);
    await store.close(key, lease.token, { expiresAt: clock.now() + dayMs });
    await clock.advance(dayMs - 1);
    expect(await find(store, key)).toBeDefined();
    expect((await itemOf("sliding"))?.ttl).toBeGreaterThanOrEqual((startMs + 3 * dayMs) / 1000);
  });

  test("is never deleted by DynamoDB before a day after it expires, in seconds", async () => {
    const { store } = storeAt();
    await begin(store, keyOf({ senderId: "ttl" }), conversation());
    expect((await itemOf("ttl"))?.ttl).toBe((startMs + 2 * dayMs) / 1000);
  });

  test("counts the turns since it began", async () => {
    const { store } = storeAt();
    const key = keyOf({ senderId: "counted" });
    await find(store, key);
    await begin(store, key, conversation());
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
    ["sender (except in a shared group)", { senderId: undefined }],
  ])("is separate for another %s", async (name, other) => {
    const { store } = storeAt();
    const own = keyOf({ appKey: `app of ${name}` });
    await begin(store, own, conversation());
    expect(await find(store, { ...own, ...other })).toBeUndefined();
  });

  test("is not mistaken for one whose ids only look the same when concatenated", async () => {
    const { store } = storeAt();
    await begin(store, keyOf({ targetId: 'g","x', senderId: "u" }), conversation());
    expect(await find(store, keyOf({ targetId: "g", senderId: 'x","u' }))).toBeUndefined();
    await begin(store, keyOf({ targetId: "g9", senderId: undefined }), conversation());
    expect(await find(store, keyOf({ targetId: "g9", senderId: "null" }))).toBeUndefined();
  });

  test("is stored for ids of 64 characters of any script", async () => {
    const { store } = storeAt();
    const id = "\u0001".repeat(64);
    const key = keyOf({ appKey: id, botUserId: id, targetId: id, senderId: "汉".repeat(64) });
    await begin(store, key, conversation());
    expect(await find(store, key)).toBeDefined();
  });
});

describe("the lease of a conversation", () => {
  test("is acquired by one of many concurrent turns", async () => {
    const { store } = storeAt();
    const key = keyOf({ senderId: "wanted" });
    const opened = await Promise.all(
      Array.from({ length: 20 }, (_, index) => store.open(key, leaseOf(`turn of ${index}`))),
    );
    expect(opened.filter(({ status }) => status === "open")).toHaveLength(1);
  });

  test("passes to the next turn when it is released, and not before", async () => {
    const { store } = storeAt();
    const key = keyOf({ senderId: "passed on" });
    const first = leaseOf("first");
    await store.open(key, first);
    expect(await store.open(key, leaseOf("second"))).toEqual({ status: "busy" });
    await store.close(key, first.token, {});
    expect(await store.open(key, leaseOf("second"))).toMatchObject({ status: "open" });
  });

  test("says since when it was free, so that a turn's wait can be told from the previous turn's time", async () => {
    const { store, clock } = storeAt();
    const key = keyOf({ senderId: "free since" });
    const first = leaseOf("first");
    expect(await store.open(key, first)).toMatchObject({ freeSince: undefined });
    await clock.advance(5_000);
    await store.close(key, first.token, {});
    const second = leaseOf("second", clock.now() + leaseMs);
    expect(await store.open(key, second)).toMatchObject({ freeSince: startMs + 5_000 });
    await clock.advance(2_000);
    await store.close(key, second.token, { expiresAt: clock.now() + 60_000 });
    expect(await store.open(key, leaseOf("third", clock.now() + leaseMs))).toMatchObject({
      freeSince: startMs + 7_000,
    });
  });

  test("was not in use for a check of a paused answer: nobody waits for that", async () => {
    const { store, clock } = storeAt();
    const key = keyOf({ senderId: "checked" });
    const check = leaseOf("check");
    await store.open(key, check);
    await store.close(key, check.token, { isCounted: false });
    expect(await store.open(key, leaseOf("next", clock.now() + leaseMs))).toMatchObject({
      freeSince: undefined,
    });
  });

  test("expires if it is not renewed, and lasts if it is", async () => {
    const { store, clock } = storeAt();
    const key = keyOf({ senderId: "renewed" });
    await store.open(key, leaseOf("first"));
    await clock.advance(leaseMs - 1);
    expect(await store.renew(key, leaseOf("first", clock.now() + leaseMs))).toBe(true);
    await clock.advance(leaseMs - 1);
    expect((await store.open(key, leaseOf("second", clock.now() + leaseMs))).status).toBe("busy");
    await clock.advance(1);
    expect((await store.open(key, leaseOf("second", clock.now() + leaseMs))).status).toBe("open");
  });

  test("that has been taken over lets its former holder write nothing", async () => {
    const { store, clock } = storeAt();
    const key = keyOf({ senderId: "fenced" });
    const late = leaseOf("late");
    await store.open(key, late);
    await clock.advance(leaseMs);
    const next = leaseOf("next", clock.now() + leaseMs);
    await store.open(key, next);
    expect(await store.renew(key, late)).toBe(false);
    expect(await store.begin(key, late.token, conversation({ memory: "stale" }))).toBe(false);
    await store.close(key, late.token, {});
    expect((await store.open(key, leaseOf("third", clock.now() + leaseMs))).status).toBe("busy");
    await store.close(key, next.token, {});
    expect(await find(store, key)).toBeUndefined();
  });

  test("is taken over at once by the same turn after its worker has died", async () => {
    const { store } = storeAt();
    const key = keyOf({ senderId: "again" });
    await store.open(key, leaseOf("same", startMs + leaseMs, "token of the dead"));
    expect(await store.open(key, leaseOf("same", startMs + leaseMs, "token of the next"))).toMatchObject({
      status: "open",
    });
    expect(await store.renew(key, leaseOf("same", startMs + leaseMs, "token of the dead"))).toBe(false);
  });

  test("is acquired even if the reply was lost and the SDK retried", async () => {
    const lossy = closeAfterEach(await losingReply(table));
    const store = conversationStore({ ...lossy, clock: makeTestClock(startMs) });
    expect(await store.open(keyOf({ senderId: "lost reply" }), leaseOf("turn"))).toMatchObject({
      status: "open",
    });
    expect(lossy.calls()).toBe(2);
  });
});
