import { PutCommand } from "@aws-sdk/lib-dynamodb";
import { beforeAll, describe, expect, test } from "@jest/globals";
import type { AppSecrets } from "#adapters/secrets/app-secrets.ts";
import type { ConversationKey } from "#core/turn/conversation.ts";
import { startMs } from "../support/chat/chat-turns.ts";
import { closeAfterAll } from "../support/close-after.ts";
import { anyApp, conversationKey, conversationStore } from "../support/conversations.ts";
import { startTable, type TestTable } from "../support/dynamodb.ts";
import { makeMemoryLog } from "../support/memory-log.ts";
import { makeTestClock } from "../support/test-clock.ts";
import { app, appsBehind, namedKey } from "../unit/adapters/secrets/apps.ts";

const dayMs = 24 * 60 * 60 * 1000;
const memory = '{"conversationId":"1e5c2a4e-0f8a-4f0f-9d3b-0a1b2c3d4e5f","user":"u7"}';
const life = { startedAt: startMs, expiresAt: startMs + dayMs };
const none = { status: "open", conversation: undefined, pauses: [] };

let table: TestTable;
beforeAll(async () => {
  table = closeAfterAll(await startTable("conversations"));
});

let users = 0;
/** A conversation of a user that no other test uses. */
const setUp = (given: Partial<ConversationKey> = {}) => {
  users += 1;
  const key = conversationKey({ senderId: `u${users}`, ...given });
  /** The store as a process with these secrets creates it, and its log. */
  const storeWith = (apps?: AppSecrets) => {
    const log = makeMemoryLog();
    const store = conversationStore({ ...table, clock: makeTestClock(startMs), log, ...(apps && { apps }) });
    return { store, log };
  };
  let turns = 0;
  const open = (of = key, { store } = storeWith()) => {
    turns += 1;
    const lease = { turnId: `turn ${turns}`, token: `token ${turns}`, expiresAt: startMs + 25_000 };
    return store.open(of, lease).then((opened) => ({ opened, token: lease.token }));
  };
  /** A turn that only reads, from beginning to end. */
  const read = async (of = key, by = storeWith()) => {
    const { opened, token } = await open(of, by);
    await by.store.close(of, token, {});
    return opened;
  };
  /** A turn that begins a conversation. */
  const begin = async (by = storeWith(), given = memory) => {
    const { token } = await open(key, by);
    expect(await by.store.begin(key, token, { memory: given, ...life })).toBe(true);
    await by.store.close(key, token, {});
  };
  const itemOf = async (of = key) =>
    (await table.items()).find(({ conversation }) => String(conversation).includes(`"${of.senderId}"`));
  return { key, storeWith, open, read, begin, itemOf };
};

describe("a model's memory of a conversation", () => {
  test("is replaced by each turn that continues it, and the conversation's life and turns stay unchanged", async () => {
    const { key, storeWith, open, read, begin } = setUp();
    const { store } = storeWith();
    await begin();
    const { token } = await open();
    expect(await store.remember(key, token, "the last messages")).toBe(true);
    await store.close(key, token, {});
    expect(await read()).toMatchObject({
      status: "open",
      conversation: { memory: "the last messages", ...life },
      pauses: [],
    });
    expect(await store.find(key)).toMatchObject({ ...life, turns: 3 });
  });

  test("is not replaced by a turn whose lease has been taken over", async () => {
    const { key, storeWith, read, begin } = setUp();
    const { store } = storeWith();
    await begin();
    expect(await store.remember(key, "token of another", "stale")).toBe(false);
    expect(await read()).toMatchObject({ conversation: { memory } });
  });

  test("is read without a lease, also while a turn holds it, and nothing is written", async () => {
    const { key, storeWith, open, begin, itemOf } = setUp();
    const { store } = storeWith();
    expect(await store.read(key)).toBeUndefined();
    await begin();
    const { token } = await open();
    const before = await itemOf();
    // The newest key is another: a turn would encrypt the memory again.
    const rotated = storeWith(anyApp({ dataKeys: [namedKey("d9", 9), ...app().dataKeys] }));
    expect(await rotated.store.read(key)).toEqual({ memory, ...life });
    expect(await itemOf()).toEqual(before);
    expect(await store.read({ ...key, senderId: "another user" })).toBeUndefined();
    await store.close(key, token, {});
    await store.forget(key);
    expect(await store.read(key)).toBeUndefined();
  });

  test("is not read once the conversation has expired", async () => {
    const { key, begin } = setUp();
    await begin();
    const store = conversationStore({ ...table, clock: makeTestClock(startMs + dayMs) });
    expect(await store.read(key)).toBeUndefined();
  });

  test("is nowhere in plain text in its record", async () => {
    const { key, storeWith, open, begin, itemOf } = setUp();
    const { store } = storeWith();
    const next = "the user's last question";
    const spellings = [memory, "1e5c2a4e-0f8a", next].flatMap((text) => [
      text,
      Buffer.from(text).toString("base64").slice(0, -4),
      Buffer.from(text).toString("hex"),
    ]);
    await begin();
    const seen = [JSON.stringify(await itemOf())];
    const { token } = await open();
    await store.remember(key, token, next);
    seen.push(JSON.stringify(await itemOf()));
    for (const text of seen) {
      expect(text).toContain("sealedMemory");
      for (const spelling of spellings) expect(text).not.toContain(spelling);
    }
  });

  test.each<[string, Partial<ConversationKey>]>([
    ["user", { senderId: "copy" }],
    ["app", { appKey: "app-two", senderId: "copied to an app" }],
    ["conversation of the same user", { name: "copy", senderId: "copied to a name" }],
  ])(
    "cannot be decrypted for another %s to which it was copied: that one starts with an empty memory",
    async (_who, other) => {
      const { key, storeWith, open, read, begin, itemOf } = setUp();
      await begin();
      const copy = { ...key, ...other };
      const { appKey, botUserId, integrationType, channelType, targetId, senderId, name } = copy;
      const parts = [
        appKey,
        botUserId,
        integrationType,
        channelType,
        targetId,
        senderId,
        ...(name ? [name] : []),
      ];
      const Item = { ...(await itemOf()), conversation: JSON.stringify(parts) };
      await table.client.send(new PutCommand({ TableName: table.tableName, Item }));

      const by = storeWith();
      const { opened, token } = await open(copy, by);
      expect(opened).toMatchObject(none);
      const fields = { app: appKey, bot: botUserId, purpose: "memory", reason: expect.any(String) };
      expect(by.log.lines).toEqual([{ level: "error", event: "conversation_decryption_failed", fields }]);
      expect(await by.store.begin(copy, token, { memory: "of the copy", ...life })).toBe(true);
      await by.store.close(copy, token, {});
      expect(await read(copy)).toMatchObject({ conversation: { memory: "of the copy" } });
      expect(await read()).toMatchObject({ conversation: { memory } });
    },
  );
});

describe("a data key that is rotated", () => {
  const [before, next] = [namedKey("d1", 1), namedKey("d2", 7)];

  test("decrypts with either key and encrypts with the newest", async () => {
    const { read, begin, storeWith } = setUp();
    await begin(storeWith(anyApp({ dataKeys: [before] })));
    const rotating = storeWith(anyApp({ dataKeys: [next, before] }));
    expect(await read(undefined, rotating)).toMatchObject({ conversation: { memory } });
    await begin(rotating);
    const rotated = storeWith(anyApp({ dataKeys: [next] }));
    expect(await read(undefined, rotated)).toMatchObject({ conversation: { memory } });
  });

  test("encrypts the memory of a conversation that is only continued, so that the old key need not be kept for it", async () => {
    const { read, begin, storeWith, itemOf } = setUp();
    await begin(storeWith(anyApp({ dataKeys: [before] })));
    const rotating = storeWith(anyApp({ dataKeys: [next, before] }));
    expect(await read(undefined, rotating)).toMatchObject({ conversation: { memory, ...life } });
    const again = await itemOf();
    expect(again?.sealedMemory).toMatch(/^d2\./);
    expect(await read(undefined, rotating)).toMatchObject({ conversation: { memory } });
    expect((await itemOf())?.sealedMemory).toBe(again?.sealedMemory);
    const rotated = storeWith(anyApp({ dataKeys: [next] }));
    expect(await read(undefined, rotated)).toMatchObject({ conversation: { memory, ...life } });
    expect(rotating.log.lines).toEqual([]);
  });

  test("is not replaced by an older one by a process that does not know it yet", async () => {
    const { read, begin, storeWith, itemOf } = setUp();
    await begin(storeWith(anyApp({ dataKeys: [next, before] })));
    const { apps } = appsBehind(app({ dataKeys: [before] }), app({ dataKeys: [next, before] }));
    await read(undefined, storeWith(apps));
    expect((await itemOf())?.sealedMemory).toMatch(/^d2\./);
  });

  test("is loaded by a process that does not know it yet, and the conversation continues silently", async () => {
    const { read, begin, storeWith } = setUp();
    await begin(storeWith(anyApp({ dataKeys: [next, before] })));
    const { apps, reads } = appsBehind(app({ dataKeys: [before] }), app({ dataKeys: [next, before] }));
    const by = storeWith(apps);
    expect(await read(undefined, by)).toMatchObject({ conversation: { memory } });
    expect(reads.count).toBe(1);
    expect(by.log.lines).toEqual([]);
  });

  test("and was removed too early loses the conversation but not the answer", async () => {
    const { read, begin, storeWith } = setUp();
    await begin(storeWith(anyApp({ dataKeys: [before] })));
    const rotated = storeWith(anyApp({ dataKeys: [next] }));
    expect(await read(undefined, rotated)).toMatchObject(none);
    expect(rotated.log.lines).toMatchObject([{ level: "error", event: "conversation_decryption_failed" }]);
    await begin(rotated);
    expect(await read(undefined, rotated)).toMatchObject({ conversation: { memory } });
  });
});
