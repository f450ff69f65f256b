import { describe, expect, test } from "@jest/globals";
import { makeWithConversation } from "#core/turn/conversation-lease.ts";
import type { ConversationPause } from "#core/turn/conversation-pause.ts";
import { conversationKey } from "../../../support/conversations.ts";
import { makeMemoryConversations } from "../../../support/memory-conversations.ts";
import { makeMemoryLog } from "../../../support/memory-log.ts";
import { makeTestClock } from "../../../support/test-clock.ts";

const key = conversationKey();

const pause: ConversationPause = {
  id: "p1",
  turnIds: ["t0"],
  pause: { reference: "its name" },
  openedAt: Date.UTC(2026, 0, 1),
  values: {},
};

/** A turn whose conversation is opened while it is admitted. */
const setUp = () => {
  const clock = makeTestClock();
  const real = makeMemoryConversations(clock);
  const opened: number[] = [];
  const closed: unknown[] = [];
  const conversations: typeof real = {
    ...real,
    open: (...given) => {
      opened.push(clock.now());
      return real.open(...given);
    },
    close: (of, token, how) => {
      closed.push(how);
      return real.close(of, token, how);
    },
  };
  const withConversation = makeWithConversation({
    conversations,
    clock,
    log: makeMemoryLog(),
    newToken: () => "mine",
  });
  const admission = Promise.withResolvers<void>();
  const ran: string[] = [];
  const run = (id = "turn") =>
    withConversation(key, { id, admission: admission.promise }, async () => {
      ran.push(id);
      return "answered";
    });
  return { clock, conversations, opened, closed, admission, ran, run };
};

const refused = new Error("too many turns");
const takenBy = (turnId: string, expiresAt: number) => ({ turnId, token: "another's", expiresAt });

describe("a conversation that is opened before its turn is admitted", () => {
  test("is leased meanwhile, and used only once the turn is admitted, however long that takes", async () => {
    const { clock, conversations, admission, ran, run } = setUp();
    const answer = run();
    await clock.advance(60_000);
    expect(conversations.holder()?.expiresAt).toBeGreaterThan(clock.now());
    expect(ran).toEqual([]);
    admission.resolve();
    expect(await answer).toBe("answered");
    expect(conversations.holder()).toBeUndefined();
  });

  test("is given back as it was if the turn is refused: not counted, and with its forms", async () => {
    const { clock, conversations, closed, admission, ran, run } = setUp();
    await conversations.open(key, { turnId: "t0", token: "before", expiresAt: clock.now() + 1 });
    await conversations.close(key, "before", { pauses: [pause] });
    const answer = run();
    admission.reject(refused);
    await expect(answer).rejects.toBe(refused);
    expect(ran).toEqual([]);
    expect(closed.at(-1)).toEqual({ isCounted: false, expiresAt: undefined, pauses: [pause] });
    expect(conversations.holder()).toBeUndefined();
  });

  test("is not waited for by a turn that is refused, whenever that is", async () => {
    for (const refusedAfterMs of [0, 700]) {
      const { clock, conversations, opened, closed, admission, run } = setUp();
      conversations.take(takenBy("other", clock.now() + 60_000));
      const answer = run();
      answer.catch(() => {});
      await clock.advance(refusedAfterMs);
      const calls = opened.length;
      admission.reject(refused);
      await expect(answer).rejects.toBe(refused);
      expect(opened).toHaveLength(calls);
      expect(closed).toEqual([]);
      expect(conversations.holder()?.turnId).toBe("other");
    }
  });
});

describe("the refusal of a turn is its error,", () => {
  test("even if its conversation stays busy", async () => {
    const { clock, conversations, admission, run } = setUp();
    conversations.take(takenBy("other", clock.now() + 60_000));
    const answer = run();
    answer.catch(() => {});
    await clock.advance(6_000);
    admission.reject(refused);
    await expect(answer).rejects.toBe(refused);
  });

  test("even if its conversation cannot be opened before", async () => {
    const { clock, conversations, admission, run } = setUp();
    conversations.open = () => Promise.reject(new Error("throttled"));
    const answer = run();
    answer.catch(() => {});
    await clock.advance(1_000);
    admission.reject(refused);
    await expect(answer).rejects.toBe(refused);
  });

  test("and an admitted turn is told about its conversation", async () => {
    const { clock, conversations, admission, run } = setUp();
    admission.resolve();
    conversations.take(takenBy("other", clock.now() + 60_000));
    const busy = run();
    await clock.advance(6_000);
    expect(await busy).toEqual({ status: "busy" });
    conversations.open = () => Promise.reject(new Error("throttled"));
    await expect(run()).rejects.toThrow("throttled");
  });
});
