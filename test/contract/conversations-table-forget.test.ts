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
  /** Where its answer prolongs the conversation. */
  readonly expiresAt?: number | undefined;
}

let users = 0;
/** A conversation of a user whom no other test has. */
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
    await store.close(of, token, expiresAt);
    return opened;
  };
  return { clock, store, key, conversation, life, open, turn };
};

const none = { status: "open", conversation: undefined };

describe("a conversation that is looked at", () => {
  test("is found with the turns it has had since it began, by a look that is no turn itself", async () => {
    const { store, key, life, turn } = setUp();
    await turn();
    expect(await store.find(key)).toBeUndefined();
    await turn({ begins: true });
    await turn();
    expect(await store.find(key)).toEqual({ ...life, turns: 2 });
    expect(await store.find(key)).toEqual({ ...life, turns: 2 });
  });

  test("counts from zero where the model begins another in its place", async () => {
    const { store, key, turn } = setUp();
    await turn({ begins: true });
    await turn();
    await turn({ begins: true });
    expect(await store.find(key)).toMatchObject({ turns: 1 });
  });

  test("is found while a turn runs in it, whose lease it leaves alone", async () => {
    const { store, key, turn, open } = setUp();
    await turn({ begins: true });
    await open();
    expect(await store.find(key)).toMatchObject({ turns: 1 });
    expect((await open()).opened).toEqual({ status: "busy" });
  });

  test("is there to its last millisecond, and lives on where an answer prolongs it", async () => {
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

describe("a conversation by name", () => {
  test("is none of another name, nor the one without", async () => {
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

  test("is no other conversation, whatever the name", async () => {
    const { store, key, turn } = setUp();
    await turn({ begins: true });
    for (const name of ["", "null", '"', '"]', '","', "undefined"]) {
      expect(await store.find({ ...key, name })).toBeUndefined();
    }
  });
});

describe("a conversation that is forgotten", () => {
  test("is not found any more, and the next turn begins a new one, with its turns counted from zero", async () => {
    const { store, key, turn } = setUp();
    await turn({ begins: true });
    await turn();
    await store.forget(key);
    expect(await store.find(key)).toBeUndefined();
    expect(await turn({ begins: true })).toEqual(none);
    expect(await store.find(key)).toMatchObject({ turns: 1 });
  });

  test("keeps nothing that its model remembered in its record", async () => {
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
    "leaves the turn that runs in it its lease, and is not back when that ends (prolonged to %s)",
    async (expiresAt) => {
      const { store, key, turn, open } = setUp();
      await turn({ begins: true });
      const { token } = await open();
      await store.forget(key);
      expect((await open()).opened).toEqual({ status: "busy" });
      await store.close(key, token, expiresAt);
      expect(await store.find(key)).toBeUndefined();
      expect(await turn()).toEqual(none);
    },
  );

  test("is not begun by the turn that ran in it, whenever its model names it", async () => {
    const { store, key, conversation, turn, open } = setUp();
    const { token } = await open();
    await store.forget(key);
    expect(await store.begin(key, token, conversation)).toBe(false);
    expect(await store.remember(key, token, "more")).toBe(false);
    await store.close(key, token, undefined);
    expect(await store.find(key)).toBeUndefined();
    expect(await turn({ begins: true })).toEqual(none);
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

  test("is so although the reply was lost, and the SDK asked again", async () => {
    const { store, key, clock, turn } = setUp();
    await turn({ begins: true });
    const lossy = closeAfterEach(await losingReply(table));
    await conversationStore({ ...lossy, clock }).forget(key);
    expect(lossy.calls()).toBe(2);
    expect(await store.find(key)).toBeUndefined();
  });
});
