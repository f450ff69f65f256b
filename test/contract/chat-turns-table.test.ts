import { beforeAll, describe, expect, test } from "@jest/globals";
import { makeChatTurnsTable } from "#adapters/dynamodb/chat-turns-table.ts";
import { noStories } from "#adapters/dynamodb/story-attributes.ts";
import { modelTypes } from "#core/bot/integration-types.ts";
import type { ChatTurnStore, NewChatTurn, StartedChatTurn } from "#core/chat/chat-turn.ts";
import { newChatTurn, startMs } from "../support/chat/chat-turns.ts";
import { closeAfterAll, closeAfterEach } from "../support/close-after.ts";
import { startTable, type TestTable } from "../support/dynamodb.ts";
import { losingReply } from "../support/losing-replies.ts";
import { makeTestClock } from "../support/test-clock.ts";

const leaseMs = 10_000;
const replayMs = 600_000;
const dayMs = 24 * 60 * 60 * 1000;
/** Any ids as a model may assign them. */
const reference = '{"taskId":"k1","messageId":"m1","user":"u7"}';

let table: TestTable;
beforeAll(async () => {
  table = closeAfterAll(await startTable("turns"));
});

let turns = 0;
/** The store, its clock, and a turn that no other test uses. */
const setUp = (given: Partial<StartedChatTurn> = {}) => {
  turns += 1;
  const clock = makeTestClock(startMs);
  const turn = newChatTurn({ turn: `turn-${turns}`, ...given });
  const store = makeChatTurnsTable({ ...table, clock, stories: noStories });
  const lease = (token: string) => ({ token, expiresAt: clock.now() + leaseMs });
  const begin = (token: string, of: Partial<NewChatTurn> = {}, by: ChatTurnStore = store) =>
    by.begin({ ...turn, ...of }, lease(token));
  const renew = (token: string, by: ChatTurnStore = store) => by.renew(turn, lease(token));
  const end = (token: string, by: ChatTurnStore = store, isRetryable = false) =>
    by.end(turn, token, { replayUntil: clock.now() + replayMs, isRetryable });
  const requestStop = (owner = {}) =>
    store.requestStop(turn, { userId: "u7", botUserId: "bot-helpdesk", ...owner });
  const find = () => store.find(turn);
  const itemOf = async () =>
    (await table.items()).find(({ turn: key }) => String(key).includes(`"${turn.turn}"`));
  /** Through a client that loses its `nth` reply. */
  const withLostReply = async <T>(write: (by: ChatTurnStore) => Promise<T>, nth = 1): Promise<T> => {
    const lossy = closeAfterEach(await losingReply(table, nth));
    try {
      return await write(makeChatTurnsTable({ ...lossy, clock, stories: noStories }));
    } finally {
      expect(lossy.calls()).toBeGreaterThan(nth);
    }
  };
  return { clock, turn, store, begin, renew, end, requestStop, find, itemOf, withLostReply };
};

const begun = (attempt: number) => ({ status: "begun", attempt });
const known = (given: object = {}) => ({ status: "existing", turn: expect.objectContaining(given) });

describe("a client's turn", () => {
  test("is read as it was begun", async () => {
    const { turn, begin, find } = setUp({ conversation: "trip", keepsAnswer: false });
    expect(await begin("first")).toEqual(begun(1));
    expect(await find()).toEqual({
      ...turn,
      state: "running",
      attempt: 1,
      heldUntil: startMs + leaseMs,
      replayUntil: undefined,
      reference: undefined,
      inputHash: undefined,
    });
  });

  describe("that begins before its bot is read", () => {
    const untyped = { integrationType: undefined };

    test("has no type of integration until its process names it with the model's reference, or at its end", async () => {
      for (const name of ["reference", "end"]) {
        const { turn, store, begin, end, find } = setUp({ integrationType: "dify_agent" });
        await begin("mine", untyped);
        expect(await find()).toMatchObject({ state: "running", integrationType: undefined });
        await begin("another's", untyped);
        await store.saveReference(turn, "another's", reference);
        expect(await find()).toMatchObject({ integrationType: undefined, reference: undefined });
        await (name === "end" ? end("mine") : store.saveReference(turn, "mine", reference));
        expect(await find()).toMatchObject({ integrationType: "dify_agent" });
      }
    });

    test("can be read by the previous version, which requires a type", async () => {
      const { begin, itemOf } = setUp();
      await begin("mine", untyped);
      expect(modelTypes).toContain((await itemOf())?.integrationType);
    });

    test("has the type that its client names; begun again, it has none of the run before", async () => {
      const { turn, store, begin, end, find } = setUp({ integrationType: "dify_agent" });
      await begin("first");
      expect(await find()).toMatchObject({ integrationType: "dify_agent" });
      await end("first", store, true);
      expect(await begin("second", untyped)).toEqual(begun(2));
      expect(await find()).toMatchObject({ integrationType: undefined });
      await store.discard(turn, "second");
      expect(await begin("third")).toEqual(begun(3));
      expect(await find()).toMatchObject({ integrationType: "dify_agent" });
    });
  });

  test("continues once with a user's input, as another run, and only after it has ended", async () => {
    const { turn, store, begin, end, find } = setUp();
    const lease = (token: string) => ({ token, expiresAt: startMs + leaseMs });
    const input = { ...turn, attempt: 1, inputHash: "what was entered" };
    await begin("first");
    expect(await store.continue(input, lease("early"))).toBeUndefined();
    await end("first");
    const both = await Promise.all(["one", "two"].map((token) => store.continue(input, lease(token))));
    expect(both.toSorted()).toEqual([2, undefined]);
    expect(await find()).toMatchObject({ state: "running", attempt: 2, inputHash: "what was entered" });
    expect((await find())?.replayUntil).toBeUndefined();
  });

  test("continues again if the process that continued it died", async () => {
    const { turn, store, begin, end, clock } = setUp();
    let tokens = 0;
    const continueAfter = (attempt: number) => {
      tokens += 1;
      const lease = { token: `token ${tokens}`, expiresAt: clock.now() + leaseMs };
      return store.continue({ ...turn, attempt, inputHash: "what was entered" }, lease);
    };
    await begin("first");
    await end("first");
    expect(await continueAfter(1)).toBe(2);
    await clock.advance(leaseMs);
    expect(await continueAfter(1)).toBeUndefined();
    expect(await continueAfter(2)).toBe(3);
  });

  test("in the unnamed conversation is read without a name", async () => {
    const { begin, find } = setUp();
    await begin("first");
    expect(await find()).toMatchObject({ conversation: undefined });
  });

  test("is begun once by concurrent requests; the others learn that it exists", async () => {
    const { begin } = setUp();
    const all = await Promise.all(Array.from({ length: 20 }, (_, at) => begin(`machine ${at}`)));
    expect(all.filter(({ status }) => status === "begun")).toEqual([begun(1)]);
    expect(all.filter(({ status }) => status === "existing")).toHaveLength(19);
  });

  test("exists for as long as its process is alive, and is begun again, once, after that has died", async () => {
    const { clock, begin, renew } = setUp();
    await begin("dies");
    await clock.advance(2_000);
    expect(await renew("dies")).toBe("run");
    await clock.advance(leaseMs - 1);
    expect(await begin("next")).toEqual(known({ attempt: 1, heldUntil: startMs + 2_000 + leaseMs }));
    await clock.advance(1);
    const all = await Promise.all(Array.from({ length: 5 }, (_, at) => begin(`next ${at}`)));
    expect(all.filter(({ status }) => status === "begun")).toEqual([begun(2)]);
  });

  test("that is done exists for as long as its answer can be replayed, and is begun again after that", async () => {
    const { clock, begin, end, find } = setUp();
    await begin("first");
    await end("first");
    expect(await find()).toMatchObject({ state: "done", replayUntil: startMs + replayMs });
    await clock.advance(replayMs - 1);
    expect(await begin("second")).toEqual(known({ state: "done", attempt: 1 }));
    await clock.advance(1);
    expect(await begin("second")).toEqual(begun(2));
    expect(await find()).toMatchObject({ state: "running", replayUntil: undefined });
  });

  test("that failed for a transient reason is begun again at once by the same question, and then exists like any other", async () => {
    const { begin, end, store } = setUp();
    await begin("first");
    await end("first", store, true);
    expect(await begin("other", { questionHash: "something else" })).toMatchObject({ status: "existing" });
    expect(await begin("second")).toEqual(begun(2));
    expect(await begin("third")).toEqual(known({ state: "running", attempt: 2 }));
    await end("second");
    expect(await begin("third")).toEqual(known({ state: "done", attempt: 2 }));
  });

  test("is never begun for another question, dead or done: the caller learns what the question was", async () => {
    const { clock, begin, end } = setUp();
    const other = { questionHash: "something else" };
    await begin("first");
    await clock.advance(leaseMs);
    expect(await begin("other", other)).toEqual(known({ questionHash: "what was asked" }));
    await end("first");
    await clock.advance(replayMs);
    expect(await begin("other", other)).toEqual(known({ questionHash: "what was asked" }));
  });

  test("is forgotten a day after it began, whether or not its record still exists, and the next has none of its marks", async () => {
    const { clock, begin, requestStop, store, turn, find, itemOf, renew } = setUp();
    await begin("first");
    await store.saveReference(turn, "first", reference);
    await requestStop();
    await clock.advance(dayMs - 1);
    expect(await find()).toBeDefined();
    await clock.advance(1);
    expect(await find()).toBeUndefined();
    expect(await requestStop()).toBeUndefined();
    expect(await itemOf()).toMatchObject({ ttl: (startMs + 2 * dayMs) / 1000 });
    expect(await begin("second", { questionHash: "something else" })).toEqual(begun(2));
    expect(await find()).toMatchObject({ questionHash: "something else", reference: undefined });
    expect(await renew("second")).toBe("run");
  });

  test.each<[string, Partial<NewChatTurn>]>([
    ["app", { appKey: "app-two" }],
    ["name", { turn: "another" }],
  ])("with another %s is another turn", async (_what, other) => {
    const { begin } = setUp();
    await begin("first");
    expect(await begin("second", other)).toEqual(begun(1));
  });

  test("has a key that no other combination of ids yields", async () => {
    const { begin } = setUp();
    expect(await begin("one", { appKey: 'a","b', turn: "c" })).toEqual(begun(1));
    expect(await begin("two", { appKey: "a", turn: 'b","c' })).toEqual(begun(1));
  });
});

describe("a heartbeat", () => {
  test("extends a turn's lease", async () => {
    const { clock, begin, renew, find } = setUp();
    await begin("mine");
    await clock.advance(2_000);
    expect(await renew("mine")).toBe("run");
    expect(await find()).toMatchObject({ heldUntil: startMs + 2_000 + leaseMs });
  });

  test("returns that a stop was requested, each time", async () => {
    const { begin, renew, requestStop } = setUp();
    await begin("mine");
    await requestStop();
    expect(await renew("mine")).toBe("stop");
    expect(await renew("mine")).toBe("stop");
  });

  test("of a process whose turn has been taken over changes nothing", async () => {
    const { clock, begin, renew, find } = setUp();
    await begin("dead");
    await clock.advance(leaseMs);
    await begin("alive");
    await clock.advance(1_000);
    expect(await renew("dead")).toBe("lost");
    expect(await find()).toMatchObject({ attempt: 2, heldUntil: startMs + 2 * leaseMs });
  });

  test("of a turn that is done or never existed finds no lease", async () => {
    const { begin, renew, end } = setUp();
    expect(await renew("mine")).toBe("lost");
    await begin("mine");
    await end("mine");
    expect(await renew("mine")).toBe("lost");
  });
});

describe("the ids that a model gives a turn", () => {
  test("are read as the model gave them, even after the turn is done", async () => {
    const { store, turn, begin, end, find } = setUp();
    await begin("mine");
    await store.saveReference(turn, "mine", reference);
    expect((await find())?.reference).toBe(reference);
    await end("mine");
    expect((await find())?.reference).toBe(reference);
  });

  test("are not those of another process's run", async () => {
    const { clock, store, turn, begin, find } = setUp();
    await begin("dead");
    await store.saveReference(turn, "dead", reference);
    await clock.advance(leaseMs);
    await begin("alive");
    expect((await find())?.reference).toBeUndefined();
    await store.saveReference(turn, "dead", reference);
    expect((await find())?.reference).toBeUndefined();
  });
});

describe("the end of a turn", () => {
  test("can be set by its holder even though the lease has expired", async () => {
    const { clock, begin, end, find } = setUp();
    await begin("slow");
    await clock.advance(2 * leaseMs);
    await end("another");
    expect(await find()).toMatchObject({ state: "running" });
    await end("slow");
    expect(await find()).toMatchObject({ state: "done" });
  });

  test("cannot be set by a process whose turn has been taken over", async () => {
    const { clock, begin, end, find } = setUp();
    await begin("dead");
    await clock.advance(leaseMs);
    await begin("alive");
    await end("dead");
    expect(await find()).toMatchObject({ state: "running", attempt: 2 });
  });
});

describe("a turn that was not admitted", () => {
  test("may begin again at once, as another run: pieces of an earlier one are not its own", async () => {
    const { store, turn, begin } = setUp();
    await begin("refused");
    await store.discard(turn, "refused");
    expect(await begin("next")).toEqual(begun(2));
  });

  test("runs nowhere: a client that follows it does not wait", async () => {
    const { store, turn, begin, renew, find } = setUp();
    await begin("refused");
    await store.discard(turn, "refused");
    expect(await find()).toMatchObject({ heldUntil: 0 });
    expect(await renew("refused")).toBe("lost");
  });

  test("is discarded only by its holder, and by no one once it is done", async () => {
    const { store, turn, begin, end } = setUp();
    await begin("mine");
    await store.discard(turn, "another's");
    expect(await begin("next")).toEqual(known({ attempt: 1 }));
    await end("mine");
    await store.discard(turn, "mine");
    expect(await begin("next")).toEqual(known({ state: "done" }));
    await expect(setUp().store.discard({ ...turn, turn: "never" }, "mine")).resolves.toBeUndefined();
  });
});

describe("a stop", () => {
  test("is requested by the turn's own user, who gets its ids", async () => {
    const { begin, requestStop } = setUp();
    await begin("mine");
    expect(await requestStop()).toMatchObject({ state: "running", integrationType: "dify_chatflow" });
  });

  test.each([
    ["another user", { userId: "u8" }],
    ["another bot's page", { botUserId: "bot-sales" }],
  ])("is not requested by %s", async (_who, owner) => {
    const { begin, requestStop, renew } = setUp();
    await begin("mine");
    expect(await requestStop(owner)).toBeUndefined();
    expect(await renew("mine")).toBe("run");
  });

  test("of a turn that never existed creates none", async () => {
    const { requestStop, itemOf } = setUp();
    expect(await requestStop()).toBeUndefined();
    expect(await itemOf()).toBeUndefined();
  });

  test("of a turn that is done leaves it unchanged", async () => {
    const { begin, end, requestStop, find } = setUp();
    await begin("mine");
    await end("mine");
    expect(await requestStop()).toMatchObject({ state: "done" });
    expect(await find()).toMatchObject({ state: "done", replayUntil: startMs + replayMs });
  });

  test("does not stop a later run that replaced a dead one", async () => {
    const { clock, begin, requestStop, renew } = setUp();
    await begin("dead");
    await requestStop();
    await clock.advance(leaseMs);
    await begin("alive");
    expect(await renew("alive")).toBe("run");
  });
});

describe("a write whose reply was lost, and which the SDK retries,", () => {
  test("does not make a turn look like a duplicate to the process that begins it", async () => {
    const { begin, renew, find, withLostReply } = setUp();
    const begunBy = await withLostReply((by) => begin("mine", {}, by));
    const { attempt } = (await find()) ?? {};
    expect(begunBy).toEqual({ status: "begun", attempt });
    expect(await renew("mine")).toBe("run");
    expect(await begin("another")).toEqual(known());
  });

  test.each([1, 2])("does not hand it to another, whichever of the two replies is lost: %d", async (nth) => {
    const { begin, withLostReply } = setUp();
    await begin("mine");
    expect(await withLostReply((by) => begin("another", {}, by), nth)).toEqual(known({ attempt: 1 }));
  });

  test("extends, names, stops, ends and discards just the same", async () => {
    const { store, turn, begin, renew, end, find, withLostReply } = setUp();
    await begin("mine");
    expect(await withLostReply((by) => renew("mine", by))).toBe("run");
    await withLostReply((by) => by.saveReference(turn, "mine", reference));
    const owner = { userId: "u7", botUserId: "bot-helpdesk" };
    expect(await withLostReply((by) => by.requestStop(turn, owner))).toMatchObject({ reference });
    await withLostReply((by) => end("mine", by));
    expect(await find()).toMatchObject({ state: "done", reference });
    await begin("other", { turn: `${turn.turn} discarded` });
    const other = { ...turn, turn: `${turn.turn} discarded` };
    await withLostReply((by) => by.discard(other, "other"));
    expect(await store.find(other)).toMatchObject({ heldUntil: 0 });
  });
});

test("a turn's record contains nothing that its user said", async () => {
  const { begin, itemOf } = setUp();
  await begin("mine");
  expect(Object.keys((await itemOf()) ?? {}).sort()).toEqual(
    [
      ...["attempt", "botUserId", "conversation", "expiresAt", "heldUntil", "integrationType", "keepsAnswer"],
      ...["questionHash", "state", "token", "ttl", "turn", "userId", "version"],
    ].sort(),
  );
});
