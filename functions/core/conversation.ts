import type { DifyType } from "./integration.ts";
import type { ChannelType } from "./message-event.ts";
import type { Turn } from "./turn.ts";

/** Whose context it is: in a group each sender has one of their own, and each integration is a Dify app of its own. */
export interface ConversationKey {
  readonly appKey: string;
  readonly botUserId: string;
  readonly integrationType: DifyType;
  readonly channelType: ChannelType;
  readonly targetId: string;
  readonly senderId: string;
}

export interface Conversation {
  /** Dify's id. */
  readonly conversationId: string;
  /** The `user` under which Dify knows it: Dify finds a conversation only with it. */
  readonly user: string;
  /** Milliseconds since the epoch. */
  readonly startedAt: number;
  /** Milliseconds since the epoch; from then on the conversation counts as gone. */
  readonly expiresAt: number;
}

export interface ConversationStore {
  /** The conversation, unless there is none or it has expired. */
  find(key: ConversationKey): Promise<Conversation | undefined>;
  /** Keeps the conversation, in the place of any before it. */
  keep(key: ConversationKey, conversation: Conversation): Promise<void>;
}

/** Context is kept for 24 hours from the first answer (docs/spec/rongcloud.md, section 7). */
export const conversationLifeMs = 24 * 60 * 60 * 1000;

export const conversationKeyOf = ({ appKey, bot, integration, event }: Turn): ConversationKey => ({
  appKey,
  botUserId: bot.userId,
  integrationType: integration.type,
  channelType: event.data.channelType,
  targetId: event.data.toUserId,
  senderId: event.data.fromUserId,
});
