import { PutCommand, UpdateCommand } from "@aws-sdk/lib-dynamodb";
import { beforeAll, describe, expect, test } from "@jest/globals";
import { readMemory } from "#adapters/dify/dify-ids.ts";
import { closeAfterAll } from "../support/close-after.ts";
import { conversationKey, conversationStore } from "../support/conversations.ts";
import { startTable, type TestTable } from "../support/dynamodb.ts";
import { makeTestClock } from "../support/test-clock.ts";

// As written by the version before models had their own memory, which runs next to this one during a
// deployment: literal values, since the output of today's code would change with it.

const startMs = Date.UTC(2026, 0, 1);
const dayMs = 24 * 60 * 60 * 1000;
const leaseMs = 25_000;
const clock = makeTestClock(startMs);

let table: TestTable;
beforeAll(async () => {
  table = closeAfterAll(await startTable("conversations"));
});

describe("a conversation that an older version began", () => {
  const life = { startedAt: startMs - dayMs / 2, expiresAt: startMs + dayMs / 2 };
  const dify = { conversationId: "1e5c2a4e-0f8a-4f0f-9d3b-0a1b2c3d4e5f", user: "u7" };
  const next = { conversationId: "77aa2a4e-0f8a-4f0f-9d3b-0a1b2c3d4e5f", user: "group:g1" };
  const lease = { turnId: "t1", token: "mine", expiresAt: startMs + leaseMs };

  let users = 0;
  /** The record of a user that no other test uses. */
  const setUp = async (given: Record<string, unknown> = {}) => {
    users += 1;
    const senderId = `u${users}`;
    const id = `["app-one","bot-helpdesk","dify_chat","PERSON","bot-helpdesk","${senderId}"]`;
    const ttl = (startMs + 1.5 * dayMs) / 1000;
    const Item = { conversation: id, version: 1, ...dify, ...life, turns: 3, ttl, ...given };
    await table.client.send(new PutCommand({ TableName: table.tableName, Item }));
    const store = conversationStore({ ...table, clock });
    const key = conversationKey({ senderId });
    const itemOf = async () => (await table.items()).find(({ conversation }) => conversation === id) ?? {};
    /** An update by the older version. */
    const olderUpdate = (UpdateExpression: string, values?: Record<string, unknown>) =>
      table.client.send(
        new UpdateCommand({
          TableName: table.tableName,
          Key: { conversation: id },
          UpdateExpression,
          ExpressionAttributeNames: { "#user": "user" },
          ...(values && { ExpressionAttributeValues: values }),
        }),
      );
    const open = async () => {
      const opened = await store.open(key, lease);
      return opened.status === "open" ? opened.conversation : undefined;
    };
    return { store, key, itemOf, olderUpdate, open };
  };

  test("is found with its turns, and continues under Dify's id and user", async () => {
    const { store, key, open } = await setUp();
    expect(await store.find(key)).toEqual({ ...life, turns: 3 });
    const conversation = await open();
    expect(conversation).toMatchObject(life);
    expect(readMemory(conversation?.memory ?? "")).toEqual(dify);
    await store.close(key, "mine", {});
    expect(await store.find(key)).toEqual({ ...life, turns: 4 });
  });

  test("before turns were counted is counted from now on", async () => {
    const { store, key, open } = await setUp({ turns: undefined });
    expect(await store.find(key)).toEqual({ ...life, turns: 0 });
    await open();
    await store.close(key, "mine", {});
    expect(await store.find(key)).toEqual({ ...life, turns: 1 });
  });

  test("is left to the older version's turn while its lease lasts, and continues after that", async () => {
    const held = { heldBy: "turn of the older", token: "the older one's", heldUntil: startMs + leaseMs };
    const { key, store } = await setUp(held);
    expect(await store.open(key, lease)).toEqual({ status: "busy" });
    const later = conversationStore({ ...table, clock: makeTestClock(startMs + leaseMs) });
    const opened = await later.open(key, { ...lease, expiresAt: startMs + 2 * leaseMs });
    expect(opened).toMatchObject({ status: "open", conversation: { memory: JSON.stringify(dify) } });
  });

  test("has nothing in plain text once it continues, and its life is not extended", async () => {
    const { store, key, itemOf, open } = await setUp();
    await open();
    expect(await store.remember(key, "mine", "what the model remembers")).toBe(true);
    expect(await itemOf()).not.toHaveProperty("conversationId");
    expect(await itemOf()).not.toHaveProperty("user");
    expect(await open()).toEqual({ memory: "what the model remembers", ...life });
  });

  test("is replaced completely by a new one", async () => {
    const { store, key, itemOf, open } = await setUp();
    await open();
    const begun = { memory: "new", startedAt: startMs, expiresAt: startMs + dayMs };
    expect(await store.begin(key, "mine", begun)).toBe(true);
    expect(JSON.stringify(await itemOf())).not.toContain(dify.conversationId);
    expect(await itemOf()).not.toHaveProperty("user");
    expect(await open()).toEqual(begun);
  });

  test("is forgotten completely", async () => {
    const { store, key, itemOf, open } = await setUp();
    await store.forget(key);
    expect(await store.find(key)).toBeUndefined();
    expect(JSON.stringify(await itemOf())).not.toContain(dify.conversationId);
    expect(await open()).toBeUndefined();
  });

  test("is the one that continues if the older version begins it after this one stored another", async () => {
    const { store, key, olderUpdate, open } = await setUp();
    await open();
    await store.remember(key, "mine", "of the one before");
    await olderUpdate(
      "SET conversationId = :id, #user = :user, startedAt = :started, expiresAt = :until, turns = :none",
      {
        ":id": next.conversationId,
        ":user": next.user,
        ":started": startMs,
        ":until": startMs + dayMs,
        ":none": 0,
      },
    );
    expect(await open()).toEqual({
      memory: JSON.stringify(next),
      startedAt: startMs,
      expiresAt: startMs + dayMs,
    });
  });

  test("stays forgotten if the older version forgets the one that this version stored, and the next turn begins a new one", async () => {
    const { store, key, olderUpdate, open } = await setUp();
    await open();
    await store.remember(key, "mine", "forgotten");
    await olderUpdate("REMOVE conversationId, #user, startedAt, expiresAt, turns");
    await store.close(key, "mine", { expiresAt: startMs + dayMs });
    expect(await store.find(key)).toBeUndefined();
    expect(await open()).toBeUndefined();
    const begun = { memory: "new", startedAt: startMs, expiresAt: startMs + dayMs };
    await store.begin(key, "mine", begun);
    expect(await open()).toEqual(begun);
  });
});
