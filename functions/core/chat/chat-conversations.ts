import type { BotStore } from "#core/bot/bot.ts";
import { isDify } from "#core/bot/integration.ts";
import { callerError } from "#core/shared/errors.ts";
import type { ConversationKey, ConversationStore } from "#core/turn/conversation.ts";
import type { ChatUser } from "./chat-user.ts";

export interface ChatConversationsPorts {
  readonly bots: Pick<BotStore, "find">;
  readonly conversations: Pick<ConversationStore, "find" | "forget">;
}

/** As its user reads it; times in milliseconds since the epoch. */
export interface ChatConversation {
  /** Null for the one that the user has with the bot in the IM. */
  readonly conversation: string | null;
  readonly startedAt: number;
  readonly expiresAt: number;
  readonly turns: number;
}

/** A user's conversations with a bot. Both reject with `not_found` for an unknown bot. */
export interface ChatConversations {
  /** Rejects with `not_found` where none has begun, or it has expired. */
  find(user: ChatUser, botUserId: string, name: string | undefined): Promise<ChatConversation>;
  /** What was never begun is forgotten as well. */
  forget(user: ChatUser, botUserId: string, name: string | undefined): Promise<void>;
}

/** A user knows a bot, and not its integrations: what they have with each of these is one to them. */
export const makeChatConversations = ({ bots, conversations }: ChatConversationsPorts): ChatConversations => {
  const keysOf = async (
    { appKey, userId }: ChatUser,
    botUserId: string,
    name: string | undefined,
  ): Promise<ConversationKey[]> => {
    const [bot] = await bots.find(appKey, [botUserId]);
    if (!bot) throw callerError("not_found", "userId: there is no such bot");
    return bot.integrations.filter(isDify).map(({ type }) => ({
      appKey,
      botUserId,
      integrationType: type,
      channelType: "PERSON",
      targetId: botUserId,
      senderId: userId,
      name,
    }));
  };

  return {
    find: async (user, botUserId, name) => {
      const keys = await keysOf(user, botUserId, name);
      const found = await Promise.all(keys.map((key) => conversations.find(key)));
      // The one that began last, if there are several.
      const [latest] = found
        .filter((each) => each !== undefined)
        .toSorted((a, b) => b.startedAt - a.startedAt);
      if (!latest) throw callerError("not_found", "conversation: none has begun, or it has expired");
      const { startedAt, expiresAt, turns } = latest;
      return { conversation: name ?? null, startedAt, expiresAt, turns };
    },
    forget: async (user, botUserId, name) => {
      const keys = await keysOf(user, botUserId, name);
      await Promise.all(keys.map((key) => conversations.forget(key)));
    },
  };
};
