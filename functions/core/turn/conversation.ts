import type { DifyType, Integration } from "#core/bot/integration.ts";
import type { ChannelType, MessageEvent } from "#core/message/message-event.ts";
import type { Turn } from "./turn.ts";

/** Whose context it is. Each integration is a Dify app of its own, and knows nothing of another's conversations. */
export interface ConversationKey {
  readonly appKey: string;
  readonly botUserId: string;
  readonly integrationType: DifyType;
  readonly channelType: ChannelType;
  readonly targetId: string;
  /** Undefined where a group shares one. */
  readonly senderId: string | undefined;
  /** Of one besides that which its user has with the bot in the IM. */
  readonly name?: string | undefined;
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

/** One turn's hold on a conversation: Dify does not serialise turns, so the bridge does. */
export interface ConversationHold {
  readonly turnId: string;
  /** Random: every write of its holder is conditional on it. */
  readonly token: string;
  /** Milliseconds since the epoch; from then on another turn may take it. */
  readonly heldUntil: number;
}

export type OpenedConversation =
  /** `conversation`: undefined where none has begun, or the last one has expired. */
  | { readonly status: "open"; readonly conversation: Conversation | undefined }
  /** Another turn runs in it. */
  | { readonly status: "busy" };

export interface ConversationStore {
  /** Takes the conversation for a turn. A turn that comes again, since its worker died, takes it from its former self. */
  open(key: ConversationKey, hold: ConversationHold): Promise<OpenedConversation>;
  /** Holds it for longer. False: it is another's by now. */
  renew(key: ConversationKey, hold: ConversationHold): Promise<boolean>;
  /** Keeps what Dify has begun, in the place of any before it. False: it is another's by now, or was forgotten meanwhile. */
  keep(key: ConversationKey, token: string, conversation: Conversation): Promise<boolean>;
  /** The conversation and how many turns it has had, unless there is none or it has expired. */
  find(key: ConversationKey): Promise<(Conversation & { readonly turns: number }) | undefined>;
  /** Forgets it; a turn that runs in it goes on, and is forgotten too: what follows begins anew. */
  forget(key: ConversationKey): Promise<void>;
  /** Counts the turn and gives the conversation to the next; `expiresAt` where its life is prolonged. */
  close(key: ConversationKey, token: string, expiresAt: number | undefined): Promise<void>;
}

/** Context is kept for 24 hours from the first answer (docs/spec/rongcloud.md, section 7). */
export const conversationLifeMs = 24 * 60 * 60 * 1000;

/** In a group each sender has one of their own, unless the integration's setting says that they share one. */
export const sharesContext = (
  { options }: Pick<Integration, "options">,
  { data }: Pick<MessageEvent, "data">,
): boolean => data.channelType === "GROUP" && options.context === "group";

export const conversationKeyOf = ({
  appKey,
  bot,
  integration,
  event,
  conversationName: name,
}: Turn): ConversationKey => ({
  appKey,
  botUserId: bot.userId,
  integrationType: integration.type,
  channelType: event.data.channelType,
  targetId: event.data.toUserId,
  senderId: sharesContext(integration, event) ? undefined : event.data.fromUserId,
  name,
});

/** Dify's `user`: a conversation that many share is found under one name for all. */
export const difyUserOf = ({ integration, event }: Turn): string =>
  sharesContext(integration, event) ? `group:${event.data.toUserId}` : event.data.fromUserId;
