import { describe, expect, test } from "@jest/globals";
import { conversationLifeMs } from "#core/turn/conversation.ts";
import { type LeasedConversation, makeWithConversation } from "#core/turn/conversation-lease.ts";
import { conversationKey } from "../../../support/conversations.ts";
import { makeMemoryConversations } from "../../../support/memory-conversations.ts";
import { makeMemoryLog } from "../../../support/memory-log.ts";
import { makeTestClock } from "../../../support/test-clock.ts";

const key = conversationKey();
const setUp = () => {
  const clock = makeTestClock();
  const log = makeMemoryLog();
  const conversations = makeMemoryConversations(clock);
  let tokens = 0;
  const withConversation = makeWithConversation({
    conversations,
    clock,
    log,
    newToken: () => {
      tokens += 1;
      return `token ${tokens}`;
    },
  });
  const events = () => log.lines.map(({ event }) => event);
  return { clock, conversations, events, withConversation };
};

describe("a conversation", () => {
  test("is used by one turn alone for as long as that takes, and free after it", async () => {
    const { clock, conversations, withConversation } = setUp();
    const order: string[] = [];
    const turn = (name: string) =>
      withConversation(key, { id: name }, async () => {
        order.push(`${name} begins`);
        await clock.sleep(3_000);
        order.push(`${name} ends`);
      });
    const both = Promise.all([turn("one"), turn("two")]);
    await clock.advance(10_000);
    await both;
    expect(order).toEqual(["one begins", "one ends", "two begins", "two ends"]);
    expect(conversations.holder()).toBeUndefined();
  });

  test("shows a turn when it got the conversation, and since when that was free", async () => {
    const { clock, withConversation } = setUp();
    const start = clock.now();
    const timesOf = (name: string) =>
      withConversation(key, { id: name }, async ({ openedAt, freeSince }) => {
        await clock.sleep(3_000);
        return { openedAt: openedAt - start, freeSince: freeSince && freeSince - start };
      });
    const first = timesOf("one");
    await clock.advance(4_000);
    const second = timesOf("two");
    await clock.advance(4_000);
    expect(await first).toEqual({ openedAt: 0, freeSince: undefined });
    expect(await second).toEqual({ openedAt: 4_000, freeSince: 3_000 });
  });

  test("is waited for up to five seconds, and no two turns run in it at once", async () => {
    const { clock, withConversation } = setUp();
    const long = withConversation(key, { id: "long" }, () => clock.sleep(60_000));
    let ran = false;
    const answer = withConversation(key, { id: "next" }, async () => {
      ran = true;
    });
    await clock.advance(6_000);
    expect(await answer).toEqual({ status: "busy" });
    expect(ran).toBe(false);
    await clock.advance(60_000);
    await long;
  });

  test("is kept by a heartbeat through a turn of minutes", async () => {
    const { clock, conversations, withConversation } = setUp();
    const long = withConversation(key, { id: "long" }, () => clock.sleep(120_000));
    await clock.advance(110_000);
    expect(conversations.holder()?.expiresAt).toBeGreaterThan(clock.now());
    await clock.advance(20_000);
    await long;
  });

  test("that another turn has taken over reports that to its former holder, which does not release the new lease", async () => {
    const { clock, conversations, withConversation, events } = setUp();
    let held: LeasedConversation | undefined;
    const late = withConversation(key, { id: "late" }, async (given) => {
      held = given;
      await clock.sleep(20_000);
      await given.saveMemory("what was said", true);
    });
    await clock.advance(1_000);
    conversations.take({ turnId: "other", token: "other", expiresAt: clock.now() + 60_000 });
    expect(held?.signal.aborted).toBe(false);
    await clock.advance(30_000);
    await late;
    expect(held?.signal.aborted).toBe(true);
    expect(held?.isHeld()).toBe(false);
    expect(conversations.kept).toEqual([]);
    expect(events()).toContain("conversation_not_saved");
    expect(conversations.holder()?.token).toBe("other");
  });

  test("is not used once its lease is about to end and cannot be renewed", async () => {
    const { clock, conversations, withConversation, events } = setUp();
    conversations.renew = () => Promise.reject(new Error("throttled"));
    let held: LeasedConversation | undefined;
    const turn = withConversation(key, { id: "cut off" }, async (given) => {
      held = given;
      await clock.sleep(40_000);
    });
    await clock.advance(22_000);
    expect(held?.isHeld()).toBe(true);
    await clock.advance(2_000);
    expect(held?.isHeld()).toBe(false);
    expect(held?.signal.aborted).toBe(true);
    await clock.advance(20_000);
    await turn;
    expect(events()).toContain("conversation_lease_not_renewed");
  });

  test("is released with its new expiry, even by a turn that fails", async () => {
    const { clock, conversations, withConversation } = setUp();
    const failing = withConversation(key, { id: "failing" }, async (held) => {
      await held.saveMemory("what was said", true);
      await clock.sleep(1_000);
      held.extend();
      throw new TypeError("a bug of ours");
    });
    failing.catch(() => {});
    await clock.advance(1_000);
    await expect(failing).rejects.toThrow("a bug of ours");
    expect(conversations.closed).toEqual([clock.now() + conversationLifeMs]);
    expect(await withConversation(key, { id: "next" }, async ({ memory }) => memory)).toBe("what was said");
  });

  test("that could not be stored or released costs no answer", async () => {
    const { conversations, withConversation, events } = setUp();
    conversations.begin = () => Promise.reject(new Error("throttled"));
    conversations.close = () => Promise.reject(new Error("throttled"));
    const answer = withConversation(key, { id: "turn" }, async (held) => {
      await held.saveMemory("what was said", true);
      return "answered";
    });
    expect(await answer).toBe("answered");
    expect(events()).toEqual(["conversation_not_saved", "conversation_lease_not_released"]);
  });

  test("that continues keeps its beginning and its end when its model remembers more", async () => {
    const { clock, conversations, withConversation } = setUp();
    await withConversation(key, { id: "first" }, ({ saveMemory }) => saveMemory("one", true));
    await clock.advance(60_000);
    await withConversation(key, { id: "second" }, ({ saveMemory }) => saveMemory("two", false));
    const [begun, gone] = conversations.kept;
    expect(gone).toEqual({ ...begun, memory: "two" });
  });
});
