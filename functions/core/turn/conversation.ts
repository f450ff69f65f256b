import type { Integration } from "#core/bot/integration.ts";
import type { ModelType } from "#core/bot/integration-types.ts";
import type { ChannelType, MessageEvent } from "#core/message/message-event.ts";
import type { Lease } from "#core/shared/lease.ts";
import type { Turn } from "./turn.ts";

/** Whose context it is. Each integration is a model of its own, and knows nothing of another's conversations. */
export interface ConversationKey {
  readonly appKey: string;
  readonly botUserId: string;
  readonly integrationType: ModelType;
  readonly channelType: ChannelType;
  readonly targetId: string;
  /** Undefined where a group shares one. */
  readonly senderId: string | undefined;
  /** Of a conversation other than the one that its user has with the bot in the IM. */
  readonly name?: string | undefined;
}

export interface Conversation {
  /** What the model is given with the next question: a string of its own (`Model`). */
  readonly memory: string;
  /** Milliseconds since the epoch. */
  readonly startedAt: number;
  /** Milliseconds since the epoch; from then on the conversation counts as gone. */
  readonly expiresAt: number;
}

/** One turn's lease of a conversation: models do not serialise turns, so the bridge does. */
export interface ConversationLease extends Lease {
  readonly turnId: string;
}

export type OpenedConversation =
  /** `conversation`: undefined where none has begun, or the last one has expired. */
  | { readonly status: "open"; readonly conversation: Conversation | undefined }
  /** Another turn runs in it. */
  | { readonly status: "busy" };

export interface ConversationStore {
  /** Takes the conversation for a turn. A turn that runs again, since its worker died, takes it over from its first run. */
  open(key: ConversationKey, lease: ConversationLease): Promise<OpenedConversation>;
  /** Extends the lease. False: another turn has the conversation. */
  renew(key: ConversationKey, lease: ConversationLease): Promise<boolean>;
  /** Saves a conversation that begins now, and replaces any before it. False: see `remember`. */
  begin(key: ConversationKey, token: string, conversation: Conversation): Promise<boolean>;
  /** Replaces the memory of the one that goes on. False: another turn has it, or it was forgotten meanwhile. */
  remember(key: ConversationKey, token: string, memory: string): Promise<boolean>;
  /** When the conversation began and expires, and how many turns it has had; undefined where there is none. */
  find(
    key: ConversationKey,
  ): Promise<(Omit<Conversation, "memory"> & { readonly turns: number }) | undefined>;
  /** Forgets it. A turn that runs in it goes on, and is forgotten too: what follows begins a new one. */
  forget(key: ConversationKey): Promise<void>;
  /** Counts the turn and releases the conversation; `expiresAt` where its life is extended. */
  close(key: ConversationKey, token: string, expiresAt: number | undefined): Promise<void>;
}

/** Context is kept for 24 hours from the first answer (docs/spec/rongcloud.md, section 7). */
export const conversationLifeMs = 24 * 60 * 60 * 1000;

/** In a group each sender has a context of their own, unless the integration's option says that they share one. */
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
