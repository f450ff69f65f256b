import { describe, expect, test } from "@jest/globals";
import type { DifyType, ModelType } from "#core/bot/integration-types.ts";
import { makeChatConversations } from "#core/chat/chat-conversations.ts";
import { type Conversation, type ConversationKey, conversationKeyOf } from "#core/turn/conversation.ts";
import { chatUser, startMs } from "../../../support/chat/chat-turns.ts";
import {
  bot,
  difyIntegration,
  messageEvent,
  turn as turnOf,
  webhookIntegration,
} from "../../../support/turns.ts";

type Found = Omit<Conversation, "memory"> & { readonly turns: number };

const found = (given: Partial<Found> = {}): Found => ({
  startedAt: startMs,
  expiresAt: startMs + 1,
  turns: 3,
  ...given,
});

const its = bot({
  integrations: [webhookIntegration(), difyIntegration({ type: "dify_chat" }), difyIntegration()],
});

const setUp = (kept: Partial<Record<ModelType, Found>>, bots = [its]) => {
  const asked: ConversationKey[] = [];
  const forgotten: ConversationKey[] = [];
  const conversations = makeChatConversations({
    bots: {
      find: async (appKey, ids) =>
        appKey === "app-one" ? bots.filter(({ userId }) => ids.includes(userId)) : [],
    },
    conversations: {
      find: async (key) => {
        asked.push(key);
        return kept[key.integrationType];
      },
      forget: async (key) => void forgotten.push(key),
    },
  });
  return { conversations, asked, forgotten };
};

/** As a turn of this user with this bot loads it. */
const keyOfTurn = (type: DifyType, conversationName?: string): ConversationKey =>
  conversationKeyOf(
    turnOf({
      integration: difyIntegration({ type }),
      event: messageEvent(),
      ...(conversationName !== undefined && { conversationName }),
    }),
  );

describe("a user's conversation", () => {
  test("is returned with its beginning, its end and its number of turns, and nothing of its model's memory", async () => {
    const { conversations } = setUp({ dify_chatflow: found() });
    expect(await conversations.find(chatUser(), "bot-helpdesk", "trip")).toEqual({
      conversation: "trip",
      startedAt: startMs,
      expiresAt: startMs + 1,
      turns: 3,
    });
    expect(await conversations.find(chatUser(), "bot-helpdesk", undefined)).toMatchObject({
      conversation: null,
    });
  });

  test.each([undefined, "trip"])("is the one that the user's turns are in (name: %s)", async (name) => {
    const { conversations, asked, forgotten } = setUp({ dify_chatflow: found() });
    await conversations.find(chatUser(), "bot-helpdesk", name);
    await conversations.forget(chatUser(), "bot-helpdesk", name);
    const keys = [keyOfTurn("dify_chat", name), keyOfTurn("dify_chatflow", name)];
    expect(asked).toEqual(keys);
    expect(forgotten).toEqual(keys);
  });

  test("with several of the bot's integrations is the one that began last", async () => {
    const later = found({ startedAt: startMs + 5, turns: 1 });
    expect(
      await setUp({ dify_chat: later, dify_chatflow: found() }).conversations.find(
        chatUser(),
        "bot-helpdesk",
        undefined,
      ),
    ).toMatchObject({ turns: 1 });
    expect(
      await setUp({ dify_chat: found(), dify_chatflow: later }).conversations.find(
        chatUser(),
        "bot-helpdesk",
        undefined,
      ),
    ).toMatchObject({ turns: 1 });
  });

  test("that was never begun is not found, and can be forgotten all the same", async () => {
    const { conversations } = setUp({});
    await expect(conversations.find(chatUser(), "bot-helpdesk", undefined)).rejects.toMatchObject({
      code: "not_found",
      expose: true,
      message: expect.stringMatching(/^conversation: /),
    });
    await expect(conversations.forget(chatUser(), "bot-helpdesk", undefined)).resolves.toBeUndefined();
  });

  test.each([
    ["an unknown bot", chatUser(), "bot-nowhere"],
    ["another app's bot", chatUser({ appKey: "app-two" }), "bot-helpdesk"],
  ])("with %s is neither found nor forgotten", async (_whose, user, botUserId) => {
    const { conversations, asked, forgotten } = setUp({ dify_chatflow: found() });
    const error = { code: "not_found", message: expect.stringMatching(/^userId: /) };
    await expect(conversations.find(user, botUserId, undefined)).rejects.toMatchObject(error);
    await expect(conversations.forget(user, botUserId, undefined)).rejects.toMatchObject(error);
    expect([asked, forgotten]).toEqual([[], []]);
  });
});
