import { describe, expect, test } from "@jest/globals";
import type { OpenBot } from "#core/bot/bot.ts";
import type { ChatTurn } from "#core/chat/chat-turn.ts";
import { makeStopChatTurn } from "#core/chat/stop-chat-turn.ts";
import { chatTurn, chatUser, startMs } from "../../../support/chat/chat-turns.ts";
import { makeMemoryChatTurns } from "../../../support/chat/memory-chat-turns.ts";
import { makeMemoryLog } from "../../../support/memory-log.ts";
import { makeTestClock } from "../../../support/test-clock.ts";
import { bot, difyIntegration, webhookIntegration } from "../../../support/turns.ts";

const named = { conversationId: "c1", messageId: "m1", taskId: "k1", user: "u7" };

const setUp = (given: Partial<ChatTurn> = {}, its: OpenBot | undefined = bot()) => {
  const turns = makeMemoryChatTurns(makeTestClock(startMs));
  turns.plant(chatTurn({ named, ...given }));
  const log = makeMemoryLog();
  const told: unknown[] = [];
  const dify = { fails: false };
  const stopChatTurn = makeStopChatTurn({
    turns,
    bots: { open: async () => its },
    stopDify: async (integration, task, user) => {
      told.push([integration.type, task, user]);
      if (dify.fails) throw new Error("unreachable");
    },
    log,
  });
  const isMarked = () => turns.recordOf({ appKey: "app-one", turn: "t1" })?.stopAsked;
  return {
    ...{ told, log, dify, isMarked },
    stop: (user = chatUser(), botUserId = "bot-helpdesk", turn = "t1") => stopChatTurn(user, botUserId, turn),
  };
};

describe("a stop", () => {
  test("is marked for whichever machine runs the turn, and told to the app that answers, with the same user", async () => {
    const { stop, told, isMarked } = setUp(
      { integrationType: "dify_agent" },
      bot({
        integrations: [webhookIntegration(), difyIntegration(), difyIntegration({ type: "dify_agent" })],
      }),
    );
    await stop();
    expect(isMarked()).toBe(true);
    expect(told).toEqual([["dify_agent", "k1", "u7"]]);
  });

  test.each<[string, Partial<ChatTurn>, OpenBot | undefined]>([
    ["which Dify has not named yet", { named: undefined }, bot()],
    ["whose integration is gone", {}, bot({ integrations: [webhookIntegration()] })],
  ])("of a turn %s is marked all the same", async (_which, given, its) => {
    const { stop, told, isMarked } = setUp(given, its);
    await stop();
    expect(isMarked()).toBe(true);
    expect(told).toEqual([]);
  });

  test("of a turn whose bot is gone is marked all the same", async () => {
    const turns = makeMemoryChatTurns(makeTestClock(startMs));
    turns.plant(chatTurn({ named }));
    const stopDify = () => Promise.reject(new Error("nobody is told"));
    const ports = { turns, bots: { open: async () => undefined }, stopDify, log: makeMemoryLog() };
    await makeStopChatTurn(ports)(chatUser(), "bot-helpdesk", "t1");
    expect(turns.recordOf({ appKey: "app-one", turn: "t1" })?.stopAsked).toBe(true);
  });

  test("of a turn that is over changes nothing, and Dify is not told", async () => {
    const { stop, told } = setUp({ state: "done" });
    await expect(stop()).resolves.toBeUndefined();
    expect(told).toEqual([]);
  });

  test("that Dify cannot be told of is done all the same, and stands in the log", async () => {
    const { stop, dify, isMarked, log } = setUp();
    dify.fails = true;
    await stop();
    expect(isMarked()).toBe(true);
    expect(log.lines).toMatchObject([{ level: "warn", event: "dify_not_stopped" }]);
  });

  test.each([
    ["another user", chatUser({ userId: "u8" }), "bot-helpdesk", "t1"],
    ["the same name in another app", chatUser({ appKey: "app-two" }), "bot-helpdesk", "t1"],
    ["a user of another bot", chatUser(), "bot-sales", "t1"],
    ["whoever names no turn", chatUser(), "bot-helpdesk", "t2"],
  ])("by %s finds no turn, marks none, and tells nobody", async (_who, user, botUserId, turn) => {
    const { stop, told, isMarked } = setUp();
    await expect(stop(user, botUserId, turn)).rejects.toMatchObject({ code: "not_found", expose: true });
    expect(isMarked()).toBe(false);
    expect(told).toEqual([]);
  });
});
