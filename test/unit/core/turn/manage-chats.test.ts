import { describe, expect, test } from "@jest/globals";
import type { IntegrationOptions } from "#core/bot/options.ts";
import type { BotChat, CutoffStore } from "#core/message/chat-cutoff.ts";
import { dayMs } from "#core/shared/clock.ts";
import type { ConversationKey } from "#core/turn/conversation.ts";
import { makeManageChats } from "#core/turn/manage-chats.ts";
import { makeTestClock } from "../../../support/test-clock.ts";
import { bot, difyIntegration, webhookIntegration } from "../../../support/turns.ts";

const userChat: BotChat = {
  appKey: "app-one",
  botUserId: "bot-helpdesk",
  channelType: "PERSON",
  targetId: "u7",
};
const groupChat: BotChat = { ...userChat, channelType: "GROUP", targetId: "g1" };

const makeMemoryCutoffs = (): CutoffStore => {
  const cutoffs = new Map<string, number>();
  const keyOf = (chat: BotChat): string => JSON.stringify(chat);
  const at = (chat: BotChat): number | undefined => cutoffs.get(keyOf(chat));
  return {
    advance: async (chat, to) => void cutoffs.set(keyOf(chat), Math.max(to, at(chat) ?? 0)),
    pullBack: async (chat, to) => {
      if ((at(chat) ?? 0) > to) cutoffs.set(keyOf(chat), to);
    },
    set: async (chat, to) => void cutoffs.set(keyOf(chat), to),
    find: async (chat) => at(chat),
  };
};

const setUp = (options: IntegrationOptions = {}) => {
  const clock = makeTestClock();
  const forgotten: ConversationKey[] = [];
  const known = bot({
    integrations: [
      webhookIntegration(),
      difyIntegration({ options }),
      difyIntegration({ type: "dify_chat", options: { context: "group" } }),
    ],
  });
  const cutoffs = makeMemoryCutoffs();
  const chats = makeManageChats({
    bots: { find: async (_appKey, ids) => (ids.includes(known.userId) ? [known] : []) },
    cutoffs,
    conversations: { forget: async (key) => void forgotten.push(key) },
    clock,
  });
  return { chats, clock, cutoffs, forgotten, now: clock.now() };
};

describe("a bot in a chat", () => {
  test("is paused until an end, which a later pause moves", async () => {
    const { chats, clock, now } = setUp();
    expect(await chats.pausedUntil(userChat)).toBeUndefined();
    await chats.pause(userChat, now + 60_000);
    expect(await chats.pausedUntil(userChat)).toBe(now + 60_000);
    await chats.pause(userChat, now + 5_000);
    expect(await chats.pausedUntil(userChat)).toBe(now + 5_000);
    await clock.advance(5_000);
    expect(await chats.pausedUntil(userChat)).toBeUndefined();
  });

  test("resumes at once, without answers to what was sent meanwhile", async () => {
    const { chats, clock, cutoffs, now } = setUp();
    await chats.pause(userChat, now + 60_000);
    await clock.advance(1_000);
    await chats.resume(userChat);
    expect(await chats.pausedUntil(userChat)).toBeUndefined();
    expect(await cutoffs.find(userChat)).toBe(now + 1_000);
  });

  test("that is not paused goes on with its answers if it is resumed", async () => {
    const { chats, cutoffs } = setUp();
    await chats.resume(userChat);
    expect(await cutoffs.find(userChat)).toBeUndefined();
  });

  test("is paused for a member if it is for the group", async () => {
    const { chats, now } = setUp();
    await chats.pause({ ...groupChat, memberId: undefined }, now + 60_000);
    expect(await chats.pausedUntil({ ...groupChat, memberId: "u7" })).toBe(now + 60_000);
  });

  test.each([
    ["now", 0, "2026-01-01T00:00:00.000Z"],
    ["in more than 30 days", 30 * dayMs + 1, "2026-01-31T00:00:00.001Z"],
  ])("is not paused until %s", async (_name, ms, got) => {
    const { chats, now } = setUp();
    await expect(chats.pause(userChat, now + ms)).rejects.toMatchObject({
      code: "bad_parameter",
      message: `until: must be after now and at most 30 days from now, got ${got}`,
    });
  });

  test("that does not exist is named", async () => {
    const { chats, now } = setUp();
    const chat = { ...userChat, botUserId: "nobody" };
    for (const call of [
      chats.pause(chat, now + 1_000),
      chats.resume(chat),
      chats.pausedUntil(chat),
      chats.reset(chat),
    ])
      await expect(call).rejects.toMatchObject({ message: 'userId: no bot has this id, got "nobody"' });
  });

  test.each<[string, BotChat, IntegrationOptions, Partial<ConversationKey>[]]>([
    [
      "a user",
      userChat,
      {},
      [
        { channelType: "PERSON", targetId: "bot-helpdesk", senderId: "u7" },
        { channelType: "PERSON", targetId: "bot-helpdesk", senderId: "u7" },
      ],
    ],
    [
      "a group",
      groupChat,
      { context: "group" },
      [
        { channelType: "GROUP", targetId: "g1", senderId: undefined },
        { targetId: "g1", senderId: undefined },
      ],
    ],
    [
      "a member of a group",
      { ...groupChat, memberId: "u7" },
      {},
      [
        { targetId: "g1", senderId: "u7" },
        { targetId: "g1", senderId: undefined },
      ],
    ],
  ])("is reset with %s: it stops, and each of its models forgets", async (_name, chat, options, keys) => {
    const { chats, cutoffs, forgotten, now } = setUp(options);
    await chats.reset(chat);
    expect(await cutoffs.find(chat)).toBe(now);
    expect(forgotten).toMatchObject([
      { ...keys[0], integrationType: "dify_chatflow" },
      { ...keys[1], integrationType: "dify_chat" },
    ]);
  });

  test("is not reset with a whole group whose members have conversations of their own", async () => {
    const { chats, cutoffs, forgotten } = setUp();
    await expect(chats.reset(groupChat)).rejects.toMatchObject({
      code: "bad_parameter",
      message: expect.stringMatching(/^fromUserId: is required, .* with dify_chatflow, got nothing$/),
    });
    expect([await cutoffs.find(groupChat), forgotten]).toEqual([undefined, []]);
  });
});
