import type { Bot, BotStore } from "#core/bot/bot.ts";
import { canAnswer, type ModelIntegration } from "#core/bot/integration.ts";
import { unknownBot } from "#core/bot/manage-bots.ts";
import { type BotChat, type CutoffStore, chatsAround } from "#core/message/chat-cutoff.ts";
import { type Clock, dayMs } from "#core/shared/clock.ts";
import { callerError } from "#core/shared/errors.ts";
import type { ConversationKey, ConversationStore } from "./conversation.ts";

export interface ManageChatsPorts {
  readonly bots: Pick<BotStore, "find">;
  readonly cutoffs: CutoffStore;
  readonly conversations: Pick<ConversationStore, "forget">;
  readonly clock: Clock;
}

/** Longer than anybody is likely to talk to a user, and short enough that a forgotten pause ends. */
export const maxPauseDays = 30;

/**
 * What an app's server does with a bot's chats in the IM. All reject with a BridgeError `bad_parameter` if there is no such bot.
 * The first three resolve to when the bot's pause in the chat ends; undefined if it is not paused. Times are in milliseconds
 * since the epoch.
 */
export interface ManageChats {
  /** The bot's answers in the chat stop, and messages that are sent before `until` get none. */
  pause(chat: BotChat, until: number): Promise<number | undefined>;
  /** Ends a pause. Messages that were sent during it get no answer. A pause of a group and that of a member end each by itself. */
  resume(chat: BotChat): Promise<number | undefined>;
  pausedUntil(chat: BotChat): Promise<number | undefined>;
  /**
   * The bot's answers in the chat stop, and the next message begins a new conversation. Rejects with `bad_parameter` for a group
   * as a whole if its members have conversations of their own.
   */
  reset(chat: BotChat): Promise<void>;
}

export const makeManageChats = ({ bots, cutoffs, conversations, clock }: ManageChatsPorts): ManageChats => {
  const findBot = async ({ appKey, botUserId }: BotChat): Promise<Bot> => {
    const [bot] = await bots.find(appKey, [botUserId]);
    if (!bot) throw unknownBot(botUserId);
    return bot;
  };

  /** The conversation of an integration's model in the chat; undefined for a disabled one with several. */
  const conversationIn = (
    chat: BotChat,
    { type, options, enabled }: ModelIntegration,
  ): ConversationKey | undefined => {
    const { appKey, botUserId, channelType, targetId, memberId } = chat;
    const key = { appKey, botUserId, channelType, integrationType: type };
    if (channelType === "PERSON") return { ...key, targetId: botUserId, senderId: targetId };
    if (options.context === "group") return { ...key, targetId, senderId: undefined };
    if (memberId !== undefined) return { ...key, targetId, senderId: memberId };
    if (!enabled) return undefined;
    throw callerError(
      "bad_parameter",
      `fromUserId: is required, since each member of a group has a conversation of their own with ${type}, got nothing`,
    );
  };

  const checkEnd = (until: number): void => {
    const now = clock.now();
    if (until > now && until <= now + maxPauseDays * dayMs) return;
    const rule = `must be after now and at most ${maxPauseDays} days from now`;
    throw callerError("bad_parameter", `until: ${rule}, got ${new Date(until).toISOString()}`);
  };

  /** Of a group, too, for one of its members. */
  const findPause = async (chat: BotChat): Promise<number | undefined> => {
    const found = await Promise.all(chatsAround(chat).map(cutoffs.find));
    const cutoff = Math.max(...found.map((each = 0) => each));
    return cutoff > clock.now() ? cutoff : undefined;
  };

  return {
    pause: async (chat, until) => {
      checkEnd(until);
      await findBot(chat);
      await cutoffs.set(chat, until);
      return findPause(chat);
    },
    resume: async (chat) => {
      await findBot(chat);
      await cutoffs.pullBack(chat, clock.now());
      return findPause(chat);
    },
    pausedUntil: async (chat) => {
      await findBot(chat);
      return findPause(chat);
    },
    reset: async (chat) => {
      const { integrations } = await findBot(chat);
      const keys = integrations.filter(canAnswer).flatMap((each) => conversationIn(chat, each) ?? []);
      await cutoffs.advance(chat, clock.now());
      await Promise.all(keys.map(conversations.forget));
    },
  };
};
