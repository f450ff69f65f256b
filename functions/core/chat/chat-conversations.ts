import type { BotStore } from "#core/bot/bot.ts";
import { canAnswer } from "#core/bot/integration.ts";
import type { ModelType } from "#core/bot/integration-types.ts";
import { type BridgeError, callerError } from "#core/shared/errors.ts";
import type { ConversationKey, ConversationStore } from "#core/turn/conversation.ts";
import { unknownBot } from "./chat-access.ts";
import type { ChatUser } from "./chat-user.ts";

export interface ChatConversationsPorts {
  readonly bots: Pick<BotStore, "find">;
  readonly conversations: Pick<ConversationStore, "find" | "forget">;
}

/** A conversation as the user sees it. Times are in milliseconds since the epoch. */
export interface ChatConversation {
  /** The name; null for the conversation that the user has with the bot in the IM. */
  readonly conversation: string | null;
  readonly startedAt: number;
  readonly expiresAt: number;
  readonly turns: number;
}

/** A user's conversations with a bot. Both methods reject with a BridgeError `not_found` for an unknown bot. */
export interface ChatConversations {
  /** Also rejects with `not_found` if no such conversation has begun, or it has expired. */
  find(user: ChatUser, botUserId: string, name: string | undefined): Promise<ChatConversation>;
  /** Deletes the conversation; succeeds even if there is none. */
  forget(user: ChatUser, botUserId: string, name: string | undefined): Promise<void>;
}

/** The key of a user's own conversation with a bot. */
export const ownConversationKey = (
  { appKey, userId }: Pick<ChatUser, "appKey" | "userId">,
  botUserId: string,
  integrationType: ModelType,
  name: string | undefined,
): ConversationKey => ({
  appKey,
  botUserId,
  integrationType,
  channelType: "PERSON",
  targetId: botUserId,
  senderId: userId,
  name,
});

/** The error for a conversation that has not begun, or has expired. */
const unknownConversation = (): BridgeError => callerError("not_found", "conversation: not found or expired");

/** Of the conversations that a user has with a bot's integrations, the one that they see: the one that began last. */
export const latestConversation = <T extends { readonly startedAt: number }>(
  found: readonly (T | undefined)[],
): T => {
  const [latest] = found.filter((each) => each !== undefined).toSorted((a, b) => b.startedAt - a.startedAt);
  if (!latest) throw unknownConversation();
  return latest;
};

/** Users see one conversation per bot and name, although each of the bot's integrations has its own. */
export const makeChatConversations = ({ bots, conversations }: ChatConversationsPorts): ChatConversations => {
  const keysOf = async (
    user: ChatUser,
    botUserId: string,
    name: string | undefined,
  ): Promise<ConversationKey[]> => {
    const [bot] = await bots.find(user.appKey, [botUserId]);
    if (!bot) throw unknownBot();
    return bot.integrations
      .filter(canAnswer)
      .map(({ type }) => ownConversationKey(user, botUserId, type, name));
  };

  return {
    find: async (user, botUserId, name) => {
      const keys = await keysOf(user, botUserId, name);
      const found = await Promise.all(keys.map((key) => conversations.find(key)));
      const { startedAt, expiresAt, turns } = latestConversation(found);
      return { conversation: name ?? null, startedAt, expiresAt, turns };
    },
    forget: async (user, botUserId, name) => {
      const keys = await keysOf(user, botUserId, name);
      await Promise.all(keys.map((key) => conversations.forget(key)));
    },
  };
};
