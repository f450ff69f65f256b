import { beforeAll, describe, expect, test } from "@jest/globals";
import type { ConversationKey } from "#core/turn/conversation.ts";
import { startMs } from "../support/chat/chat-turns.ts";
import { closeAfterAll, closeAfterEach } from "../support/close-after.ts";
import { conversationKey, conversationStore } from "../support/conversations.ts";
import { startTable, type TestTable } from "../support/dynamodb.ts";
import { losingReply } from "../support/losing-replies.ts";
import { makeTestClock } from "../support/test-clock.ts";

const dayMs = 24 * 60 * 60 * 1000;

let table: TestTable;
beforeAll(async () => {
  table = closeAfterAll(await startTable("conversations"));
});

interface GivenTurn {
  /** Whether the model begins a conversation in it. */
  readonly begins?: boolean;
  readonly of?: ConversationKey;
  /** Set if its answer extends the conversation's life. */
  readonly expiresAt?: number | undefined;
}

let users = 0;
/** A conversation of a user that no other test uses. */
const setUp = (given: Partial<ConversationKey> = {}) => {
  users += 1;
  const clock = makeTestClock(startMs);
  const store = conversationStore({ ...table, clock });
  const key = conversationKey({ senderId: `u${users}`, ...given });
  const conversation = { memory: `memory of u${users}`, startedAt: startMs, expiresAt: startMs + dayMs };
  const { memory: _memory, ...life } = conversation;
  let turns = 0;
  const open = async (of = key) => {
    turns += 1;
    const token = `token ${turns}`;
    const opened = await store.open(of, { turnId: `turn ${turns}`, token, expiresAt: clock.now() + 25_000 });
    return { token, opened };
  };
  /** A turn from beginning to end. */
  const turn = async ({ begins = false, of = key, expiresAt }: GivenTurn = {}) => {
    const { token, opened } = await open(of);
    if (begins) await store.begin(of, token, conversation);
    await store.close(of, token, { expiresAt });
    return opened;
  };
  return { clock, store, key, conversation, life, open, turn };
};

const none = { status: "open", conversation: undefined, pauses: [] };

describe("a conversation that is looked up", () => {
  test("is found with its number of turns, and the lookup does not count as one", async () => {
    const { store, key, life, turn } = setUp();
    await turn();
    expect(await store.find(key)).toBeUndefined();
    await turn({ begins: true });
    await turn();
    expect(await store.find(key)).toEqual({ ...life, turns: 2 });
    expect(await store.find(key)).toEqual({ ...life, turns: 2 });
  });

  test("counts from zero after the model begins another in its place", async () => {
    const { store, key, turn } = setUp();
    await turn({ begins: true });
    await turn();
    await turn({ begins: true });
    expect(await store.find(key)).toMatchObject({ turns: 1 });
  });

  test("is found while a turn runs in it, whose lease is not affected", async () => {
    const { store, key, turn, open } = setUp();
    await turn({ begins: true });
    await open();
    expect(await store.find(key)).toMatchObject({ turns: 1 });
    expect((await open()).opened).toEqual({ status: "busy" });
  });

  test("exists to its last millisecond, and longer if an answer extends it", async () => {
    const { store, key, clock, turn } = setUp();
    await turn({ begins: true });
    await clock.advance(dayMs - 1);
    expect(await store.find(key)).toBeDefined();
    await turn({ expiresAt: clock.now() + dayMs });
    expect(await store.find(key)).toMatchObject({ expiresAt: startMs + 2 * dayMs - 1, turns: 2 });
    await clock.advance(dayMs);
    expect(await store.find(key)).toBeUndefined();
  });
});

describe("a conversation with a name", () => {
  test("is separate from those with another name and from the unnamed one", async () => {
    const { store, key, turn } = setUp();
    const named = { ...key, name: "trip" };
    await turn({ begins: true, of: named });
    expect(await store.find(named)).toBeDefined();
    expect(await store.find(key)).toBeUndefined();
    expect(await store.find({ ...key, name: "tri" })).toBeUndefined();
    await store.forget(key);
    await store.forget({ ...key, name: "trip " });
    expect(await store.find(named)).toBeDefined();
  });

  test("is separate from every other conversation, whatever the name", async () => {
    const { store, key, turn } = setUp();
    await turn({ begins: true });
    for (const name of ["", "null", '"', '"]', '","', "undefined"]) {
      expect(await store.find({ ...key, name })).toBeUndefined();
    }
  });
});

describe("a conversation that is forgotten", () => {
  test("is no longer found, and the next turn begins a new one with its turns counted from zero", async () => {
    const { store, key, turn } = setUp();
    await turn({ begins: true });
    await turn();
    await store.forget(key);
    expect(await store.find(key)).toBeUndefined();
    expect(await turn({ begins: true })).toMatchObject(none);
    expect(await store.find(key)).toMatchObject({ turns: 1 });
  });

  test("leaves nothing of the model's memory in its record", async () => {
    const { store, key, turn } = setUp();
    await turn({ begins: true });
    await store.forget(key);
    const item = (await table.items()).find(({ conversation: id }) =>
      String(id).includes(`"${key.senderId}"`),
    );
    expect(item).toBeDefined();
    expect(item).not.toHaveProperty("sealedMemory");
  });

  test.each([undefined, startMs + 2 * dayMs])(
    "leaves the running turn its lease, and does not return when that ends (extended to %s)",
    async (expiresAt) => {
      const { store, key, turn, open } = setUp();
      await turn({ begins: true });
      const { token } = await open();
      await store.forget(key);
      expect((await open()).opened).toEqual({ status: "busy" });
      await store.close(key, token, { expiresAt });
      expect(await store.find(key)).toBeUndefined();
      expect(await turn()).toMatchObject(none);
    },
  );

  test("is not begun again by the turn that ran in it, whenever its model names it", async () => {
    const { store, key, conversation, turn, open } = setUp();
    const { token } = await open();
    await store.forget(key);
    expect(await store.begin(key, token, conversation)).toBe(false);
    expect(await store.remember(key, token, "more")).toBe(false);
    await store.close(key, token, {});
    expect(await store.find(key)).toBeUndefined();
    expect(await turn({ begins: true })).toMatchObject(none);
    expect(await store.find(key)).toMatchObject({ turns: 1 });
  });

  test("may be forgotten again, and one that never began leaves no record", async () => {
    const { store, key, turn } = setUp();
    await store.forget(key);
    expect(
      (await table.items()).some(({ conversation: id }) => String(id).includes(`"${key.senderId}"`)),
    ).toBe(false);
    await turn({ begins: true });
    await store.forget(key);
    await store.forget(key);
    expect(await store.find(key)).toBeUndefined();
  });

  test("is forgotten even if the reply was lost and the SDK retried", async () => {
    const { store, key, clock, turn } = setUp();
    await turn({ begins: true });
    const lossy = closeAfterEach(await losingReply(table));
    await conversationStore({ ...lossy, clock }).forget(key);
    expect(lossy.calls()).toBe(2);
    expect(await store.find(key)).toBeUndefined();
  });
});
