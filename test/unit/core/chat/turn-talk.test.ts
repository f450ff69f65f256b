import { describe, expect, test } from "@jest/globals";
import type { OpenBot } from "#core/bot/bot.ts";
import type { ChatTurn } from "#core/chat/chat-turn.ts";
import type { DifyMessages } from "#core/chat/dify-messages.ts";
import { makeTurnTalk } from "#core/chat/turn-talk.ts";
import { chatTurn, chatUser, startMs } from "../../../support/chat/chat-turns.ts";
import { makeMemoryChatTurns } from "../../../support/chat/memory-chat-turns.ts";
import { makeTestClock } from "../../../support/test-clock.ts";
import { bot, difyIntegration, webhookIntegration } from "../../../support/turns.ts";

const named = { conversationId: "c1", messageId: "m1", taskId: "k1", user: "u7" };

const setUp = (given: Partial<ChatTurn> = {}, its: OpenBot = bot()) => {
  const turns = makeMemoryChatTurns(makeTestClock(startMs));
  turns.plant(chatTurn({ state: "done", named, ...given }));
  const asked: unknown[] = [];
  const messages: DifyMessages = {
    suggest: async ({ integration, messageId, user }) => {
      asked.push(["suggest", integration.type, messageId, user]);
      return ["And then?"];
    },
    rate: async ({ integration, messageId, user }, feedback) => {
      asked.push(["rate", integration.type, messageId, user, feedback]);
    },
  };
  return { asked, talk: makeTurnTalk({ turns, bots: { open: async () => its }, messages }) };
};

const like = { rating: "like", note: "thanks" } as const;

test("a user is told what to ask next by the app that answered, under the user it knows", async () => {
  const its = bot({ integrations: [difyIntegration(), difyIntegration({ type: "dify_agent" })] });
  const { talk, asked } = setUp({ integrationType: "dify_agent" }, its);
  expect(await talk.suggest(chatUser(), "bot-helpdesk", "t1")).toEqual(["And then?"]);
  expect(asked).toEqual([["suggest", "dify_agent", "m1", "u7"]]);
});

test("what a user thinks of an answer reaches the app, with their note", async () => {
  const { talk, asked } = setUp();
  await talk.rate(chatUser(), "bot-helpdesk", "t1", like);
  expect(asked).toEqual([["rate", "dify_chatflow", "m1", "u7", like]]);
});

describe("nobody hears or says anything", () => {
  test.each<[string, Parameters<typeof setUp>, [ReturnType<typeof chatUser>, string, string]]>([
    ["of another user's turn", [], [chatUser({ userId: "u8" }), "bot-helpdesk", "t1"]],
    ["of another app's turn", [], [chatUser({ appKey: "app-two" }), "bot-helpdesk", "t1"]],
    ["of a turn with another bot", [], [chatUser(), "bot-sales", "t1"]],
    ["of a turn that never was", [], [chatUser(), "bot-helpdesk", "t2"]],
  ])("%s", async (_of, given, who) => {
    const { talk, asked } = setUp(...given);
    await expect(talk.suggest(...who)).rejects.toMatchObject({ code: "not_found", expose: true });
    await expect(talk.rate(...who, like)).rejects.toMatchObject({ code: "not_found", expose: true });
    expect(asked).toEqual([]);
  });
});

describe("nothing is suggested, and no note taken", () => {
  test.each<[string, Parameters<typeof setUp>, [ReturnType<typeof chatUser>, string, string]]>([
    ["of a turn that Dify has not named", [{ named: undefined }], [chatUser(), "bot-helpdesk", "t1"]],
    [
      "of a workflow, which has no messages",
      [{ named: { ...named, messageId: undefined } }],
      [chatUser(), "bot-helpdesk", "t1"],
    ],
    [
      "of a turn whose integration is gone",
      [{}, bot({ integrations: [webhookIntegration()] })],
      [chatUser(), "bot-helpdesk", "t1"],
    ],
  ])("%s", async (_of, given, who) => {
    const { talk, asked } = setUp(...given);
    expect(await talk.suggest(...who)).toEqual([]);
    await expect(talk.rate(...who, like)).rejects.toMatchObject({ code: "not_found", expose: true });
    expect(asked).toEqual([]);
  });
});
