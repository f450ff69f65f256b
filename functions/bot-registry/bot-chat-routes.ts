import { parseJsonBody } from "#adapters/api-gateway/parse-body.ts";
import type { SignedRoute } from "#adapters/api-gateway/signed-api.ts";
import type { BotChat } from "#core/message/chat-cutoff.ts";
import type { ManageChats } from "#core/turn/manage-chats.ts";
import { type BotChatReply, type BotChatRequest, botChatSchema, pauseSchema } from "./bot-chat-schema.ts";

const toChat = (appKey: string, { userId, channelType, targetId, fromUserId }: BotChatRequest): BotChat => ({
  appKey,
  botUserId: userId,
  channelType,
  targetId,
  memberId: fromUserId,
});

const toReply = (pausedUntil: number | undefined): BotChatReply => ({ pausedUntil: pausedUntil ?? null });

/** What an app's server does with a bot's chats in the IM: extensions, RongCloud's API has no such calls. */
export const makeBotChatRoutes = (chats: ManageChats): Record<string, SignedRoute> => ({
  "/v3/bot/chat/pause.json": async ({ appKey }, { body }) => {
    const { until, ...sent } = parseJsonBody(pauseSchema, body);
    return toReply(await chats.pause(toChat(appKey, sent), until));
  },
  "/v3/bot/chat/resume.json": async ({ appKey }, { body }) =>
    toReply(await chats.resume(toChat(appKey, parseJsonBody(botChatSchema, body)))),
  "/v3/bot/chat/get.json": async ({ appKey }, { body }) =>
    toReply(await chats.pausedUntil(toChat(appKey, parseJsonBody(botChatSchema, body)))),
  "/v3/bot/chat/reset.json": async ({ appKey }, { body }) => {
    await chats.reset(toChat(appKey, parseJsonBody(botChatSchema, body)));
    return {};
  },
});
