import { describe, expect, test } from "@jest/globals";
import type { Model } from "#core/answer/model.ts";
import type { BotWithKeys } from "#core/bot/bot.ts";
import type { ChatTurn } from "#core/chat/chat-turn.ts";
import { makeTurnFeedback } from "#core/chat/turn-feedback.ts";
import { chatTurn, chatUser, startMs } from "../../../support/chat/chat-turns.ts";
import { makeMemoryChatTurns } from "../../../support/chat/memory-chat-turns.ts";
import { sameModel, silentModel } from "../../../support/models.ts";
import { makeTestClock } from "../../../support/test-clock.ts";
import { bot, difyIntegration, webhookIntegration } from "../../../support/turns.ts";

const reference = "what the model calls it";

interface Given extends Partial<ChatTurn> {
  readonly model?: Model;
}

const setUp = ({ model, ...given }: Given = {}, its: BotWithKeys = bot()) => {
  const turns = makeMemoryChatTurns(makeTestClock(startMs));
  turns.plant(chatTurn({ state: "done", reference, ...given }));
  const asked: unknown[] = [];
  const answerer: Model = model ?? {
    ...silentModel,
    suggest: async ({ type }, named) => {
      asked.push(["suggest", type, named]);
      return ["And then?"];
    },
    referenceTo: (userId, messageId) => `${userId}: ${messageId}`,
    rate: async ({ type }, named, rating) => void asked.push(["rate", type, named, rating]),
  };
  const models = sameModel(answerer);
  return { asked, feedback: makeTurnFeedback({ turns, bots: { findWithKeys: async () => its }, models }) };
};

const like = { rating: "like", note: "thanks" } as const;

test("a user gets suggested questions from the model that answered", async () => {
  const its = bot({ integrations: [difyIntegration(), difyIntegration({ type: "dify_agent" })] });
  const { feedback, asked } = setUp({ integrationType: "dify_agent" }, its);
  expect(await feedback.suggest(chatUser(), "bot-helpdesk", "t1")).toEqual(["And then?"]);
  expect(asked).toEqual([["suggest", "dify_agent", reference]]);
});

test("a user's rating of an answer reaches the model, with their note", async () => {
  const { feedback, asked } = setUp();
  await feedback.rate(chatUser(), "bot-helpdesk", "t1", like);
  expect(asked).toEqual([["rate", "dify_chatflow", reference, like]]);
});

describe("a message of a conversation", () => {
  test("is rated and followed up by its own name, as its user's", async () => {
    const { feedback, asked } = setUp();
    await feedback.rate(chatUser({ userId: "u8" }), "bot-helpdesk", "dify_chatflow.m1", like);
    await feedback.suggest(chatUser(), "bot-helpdesk", "dify_chatflow.m1");
    expect(asked).toEqual([
      ["rate", "dify_chatflow", "u8: m1", like],
      ["suggest", "dify_chatflow", "u7: m1"],
    ]);
  });

  test.each([
    ["of an integration that the bot does not have", "dify_agent.m1"],
    ["of none", "m1.m1"],
    ["without an id", "dify_chatflow."],
    ["whose id would name another path of the model's server", "dify_chatflow..."],
    ["whose id has a path", "dify_chatflow.m1/../m2"],
  ])("%s is not", async (_which, turn) => {
    const { feedback, asked } = setUp();
    await expect(feedback.rate(chatUser(), "bot-helpdesk", turn, like)).rejects.toMatchObject({
      code: "not_found",
    });
    expect(asked).toEqual([]);
  });
});

describe("no suggestions and no rating", () => {
  test.each<[string, Parameters<typeof setUp>, [ReturnType<typeof chatUser>, string, string]]>([
    ["for another user's turn", [], [chatUser({ userId: "u8" }), "bot-helpdesk", "t1"]],
    ["for another app's turn", [], [chatUser({ appKey: "app-two" }), "bot-helpdesk", "t1"]],
    ["for a turn with another bot", [], [chatUser(), "bot-sales", "t1"]],
    ["for a turn that never existed", [], [chatUser(), "bot-helpdesk", "t2"]],
  ])("%s", async (_of, given, who) => {
    const { feedback, asked } = setUp(...given);
    await expect(feedback.suggest(...who)).rejects.toMatchObject({ code: "not_found", expose: true });
    await expect(feedback.rate(...who, like)).rejects.toMatchObject({ code: "not_found", expose: true });
    expect(asked).toEqual([]);
  });
});

describe("nothing is suggested, and no rating accepted", () => {
  const who = [chatUser(), "bot-helpdesk", "t1"] as const;

  test.each<[string, Parameters<typeof setUp>, RegExp]>([
    ["for a turn that its model has not named", [{ reference: undefined }], /cannot be rated/],
    ["for a model that supports neither", [{ model: silentModel }], /does not accept ratings/],
    [
      "for a turn whose integration was removed",
      [{}, bot({ integrations: [webhookIntegration()] })],
      /cannot be rated/,
    ],
  ])("%s", async (_of, given, message) => {
    const { feedback, asked } = setUp(...given);
    expect(await feedback.suggest(...who)).toEqual([]);
    await expect(feedback.rate(...who, like)).rejects.toMatchObject({
      code: "not_found",
      expose: true,
      message: expect.stringMatching(message),
    });
    expect(asked).toEqual([]);
  });
});
