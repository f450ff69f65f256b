import { describe, expect, test } from "@jest/globals";
import type { BotWithKeys } from "#core/bot/bot.ts";
import type { ChatTurn } from "#core/chat/chat-turn.ts";
import { makeStopChatTurn } from "#core/chat/stop-chat-turn.ts";
import { chatTurn, chatUser, startMs } from "../../../support/chat/chat-turns.ts";
import { makeMemoryChatTurns } from "../../../support/chat/memory-chat-turns.ts";
import { makeMemoryLog } from "../../../support/memory-log.ts";
import { sameModel, silentModel } from "../../../support/models.ts";
import { makeTestClock } from "../../../support/test-clock.ts";
import { bot, difyIntegration, webhookIntegration } from "../../../support/turns.ts";

const reference = "what the model calls it";

const setUp = (given: Partial<ChatTurn> = {}, its: BotWithKeys | undefined = bot()) => {
  const turns = makeMemoryChatTurns(makeTestClock(startMs));
  turns.plant(chatTurn({ reference, ...given }));
  const log = makeMemoryLog();
  const modelStops: unknown[] = [];
  const model = { fails: false };
  const stopChatTurn = makeStopChatTurn({
    turns,
    bots: { findWithKeys: async () => its },
    models: sameModel({
      ...silentModel,
      stop: async ({ type }, named) => {
        modelStops.push([type, named]);
        if (model.fails) throw new Error("unreachable");
      },
    }),
    log,
  });
  const isRequested = () => turns.recordOf({ appKey: "app-one", turn: "t1" })?.isStopRequested;
  return {
    ...{ modelStops, log, model, isRequested },
    stop: (user = chatUser(), botUserId = "bot-helpdesk", turn = "t1") => stopChatTurn(user, botUserId, turn),
  };
};

describe("a stop", () => {
  test("is requested from whichever process runs the turn, and from the model that answers", async () => {
    const { stop, modelStops, isRequested } = setUp(
      { integrationType: "dify_agent" },
      bot({
        integrations: [webhookIntegration(), difyIntegration(), difyIntegration({ type: "dify_agent" })],
      }),
    );
    await stop();
    expect(isRequested()).toBe(true);
    expect(modelStops).toEqual([["dify_agent", reference]]);
  });

  test.each<[string, Partial<ChatTurn>, BotWithKeys | undefined]>([
    ["which its model has not named yet", { reference: undefined }, bot()],
    ["whose integration was removed", {}, bot({ integrations: [webhookIntegration()] })],
  ])("of a turn %s is requested all the same", async (_which, given, its) => {
    const { stop, modelStops, isRequested } = setUp(given, its);
    await stop();
    expect(isRequested()).toBe(true);
    expect(modelStops).toEqual([]);
  });

  test("of a turn whose bot was deleted is requested all the same", async () => {
    const turns = makeMemoryChatTurns(makeTestClock(startMs));
    turns.plant(chatTurn({ reference }));
    const models = sameModel(silentModel);
    const ports = { turns, bots: { findWithKeys: async () => undefined }, models, log: makeMemoryLog() };
    await makeStopChatTurn(ports)(chatUser(), "bot-helpdesk", "t1");
    expect(turns.recordOf({ appKey: "app-one", turn: "t1" })?.isStopRequested).toBe(true);
  });

  test("of a finished turn changes nothing, and its model is not told", async () => {
    const { stop, modelStops } = setUp({ state: "done" });
    await expect(stop()).resolves.toBeUndefined();
    expect(modelStops).toEqual([]);
  });

  test("that cannot be sent to the model is requested all the same, and logged", async () => {
    const { stop, model, isRequested, log } = setUp();
    model.fails = true;
    await stop();
    expect(isRequested()).toBe(true);
    expect(log.lines).toMatchObject([{ level: "warn", event: "model_not_stopped" }]);
  });

  test.each([
    ["another user", chatUser({ userId: "u8" }), "bot-helpdesk", "t1"],
    ["the same user id in another app", chatUser({ appKey: "app-two" }), "bot-helpdesk", "t1"],
    ["a user of another bot", chatUser(), "bot-sales", "t1"],
    ["a user who names no turn", chatUser(), "bot-helpdesk", "t2"],
  ])("by %s finds no turn, and stops none", async (_who, user, botUserId, turn) => {
    const { stop, modelStops, isRequested } = setUp();
    await expect(stop(user, botUserId, turn)).rejects.toMatchObject({ code: "not_found", expose: true });
    expect(isRequested()).toBe(false);
    expect(modelStops).toEqual([]);
  });
});
