import { beforeAll, describe, expect, test } from "@jest/globals";
import type { ConversationKey, ConversationStore } from "#core/turn/conversation.ts";
import type { ConversationPause } from "#core/turn/conversation-pause.ts";
import { closeAfterAll } from "../support/close-after.ts";
import { conversationStore, conversationKey as keyOf } from "../support/conversations.ts";
import { startTable, type TestTable } from "../support/dynamodb.ts";
import { makeTestClock } from "../support/test-clock.ts";

const startMs = Date.UTC(2026, 0, 1);
const hourMs = 60 * 60_000;

let table: TestTable;
beforeAll(async () => {
  table = closeAfterAll(await startTable("conversations"));
});

const storeAt = (clock = makeTestClock(startMs)) => ({
  clock,
  store: conversationStore({ ...table, clock }),
});

const paused = (given: Partial<ConversationPause> = {}): ConversationPause => ({
  id: "p1",
  turnIds: ["turn one"],
  openedAt: startMs,
  pause: {
    reference: "run one",
    form: {
      id: "f1",
      text: "Refund 20 EUR?",
      fields: [
        { type: "text", name: "why", default: "" },
        { type: "choice", name: "kind", choices: ["a", "b"] },
        { type: "file", name: "note" },
        { type: "files", name: "more", maxFiles: 2 },
      ],
      actions: [{ id: "ok", title: "Approve" }],
      expiresAt: startMs + 36 * hourMs,
    },
    expiresAt: startMs + 36 * hourMs,
  },
  values: { why: "late", note: { kind: "image", url: "https://example.com/a.png" }, more: [] },
  ...given,
});

let turns = 0;
/** A turn that ends with these pauses; undefined: with those that it found. */
const turn = async (store: ConversationStore, key: ConversationKey, pauses?: ConversationPause[]) => {
  turns += 1;
  const lease = { turnId: `turn ${turns}`, token: `token ${turns}`, expiresAt: startMs + 1e12 };
  const opened = await store.open(key, lease);
  if (opened.status !== "open") throw new Error("busy");
  await store.close(key, lease.token, { pauses: pauses ?? opened.pauses });
  return opened.pauses;
};

const itemOf = async (key: ConversationKey) =>
  (await table.items()).find(({ conversation }) => String(conversation).includes(key.targetId));

describe("an answer that waits for human input", () => {
  test("is read as it was stored, by the next turn and by a client's input", async () => {
    const { store } = storeAt();
    const key = keyOf({ targetId: "read" });
    await turn(store, key, [paused(), paused({ id: "p2", closedAt: startMs, isOver: true })]);
    const stored = [paused(), paused({ id: "p2", closedAt: startMs, isOver: true })];
    expect(await turn(store, key)).toEqual(stored);
    expect(await store.findPauses(key)).toEqual(stored);
  });

  test("is encrypted", async () => {
    const { store } = storeAt();
    const key = keyOf({ targetId: "sealed" });
    await turn(store, key, [paused()]);
    expect(JSON.stringify(await itemOf(key))).not.toMatch(/Refund|run one|late/);
  });

  test("outlives the conversation, until an hour after its form expires", async () => {
    const { store, clock } = storeAt();
    const key = keyOf({ targetId: "long" });
    await turn(store, key, [paused()]);
    await clock.advance(30 * hourMs);
    expect(await turn(store, key)).toHaveLength(1);
    const { ttl } = (await itemOf(key)) ?? {};
    expect(Number(ttl) * 1000).toBeGreaterThanOrEqual(startMs + 37 * hourMs);
    await clock.advance(7 * hourMs);
    expect(await turn(store, key)).toEqual([]);
  });

  test("is forgotten ten minutes after it was filled in", async () => {
    const { store, clock } = storeAt();
    const key = keyOf({ targetId: "closed" });
    await turn(store, key, [paused({ closedAt: startMs, isOver: true })]);
    await clock.advance(9 * 60_000);
    expect(await store.findPauses(key)).toHaveLength(1);
    await clock.advance(60_000);
    expect(await store.findPauses(key)).toEqual([]);
  });

  test("is forgotten with the conversation, also if that is deleted during the turn", async () => {
    const { store } = storeAt();
    const key = keyOf({ targetId: "forgotten" });
    await turn(store, key, [paused()]);
    await store.forget(key);
    expect(await store.findPauses(key)).toEqual([]);

    const lease = { turnId: "during", token: "during", expiresAt: startMs + 1e12 };
    await store.open(key, lease);
    await store.forget(key);
    await store.close(key, lease.token, { pauses: [paused()] });
    expect(await turn(store, key)).toEqual([]);
  });

  test("leaves no trace when the last one is gone", async () => {
    const { store } = storeAt();
    const key = keyOf({ targetId: "gone" });
    await turn(store, key, [paused()]);
    await turn(store, key, []);
    expect(await itemOf(key)).not.toHaveProperty("sealedPauses");
  });

  test("can be checked without counting as a turn of the conversation", async () => {
    const { store } = storeAt();
    const key = keyOf({ targetId: "counted" });
    await turn(store, key, [paused()]);
    await store.open(key, { turnId: "check", token: "check", expiresAt: startMs + 1e12 });
    await store.close(key, "check", { isCounted: false, pauses: [paused()] });
    expect(await itemOf(key)).toMatchObject({ turns: 1 });
  });
});
