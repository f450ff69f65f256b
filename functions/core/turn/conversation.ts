import type { Integration } from "#core/bot/integration.ts";
import type { ModelType } from "#core/bot/integration-types.ts";
import type { ChannelType, MessageEvent } from "#core/message/message-event.ts";
import { dayMs } from "#core/shared/clock.ts";
import type { Lease } from "#core/shared/lease.ts";
import type { ConversationPause } from "./conversation-pause.ts";
import type { Turn } from "./turn.ts";

/** Identifies a conversation. Each integration has its own: models do not share conversations. */
export interface ConversationKey {
  readonly appKey: string;
  readonly botUserId: string;
  readonly integrationType: ModelType;
  readonly channelType: ChannelType;
  readonly targetId: string;
  /** Undefined if the group shares one context. */
  readonly senderId: string | undefined;
  /** The name of a conversation of its own; undefined for the one that the user has with the bot in the IM. */
  readonly name?: string | undefined;
}

export interface Conversation {
  /** The model's state, sent with the next question; see `Model`. */
  readonly memory: string;
  /** Milliseconds since the epoch. */
  readonly startedAt: number;
  /** Milliseconds since the epoch; after that the conversation no longer exists. */
  readonly expiresAt: number;
}

/** A turn's lease of a conversation. Models do not serialize turns, so the bridge does. */
export interface ConversationLease extends Lease {
  readonly turnId: string;
}

export type OpenedConversation =
  /** `conversation`: undefined if none has begun or the last one has expired. */
  | {
      readonly status: "open";
      readonly conversation: Conversation | undefined;
      /** Its answers that wait for human input; the latest is the last. */
      readonly pauses: readonly ConversationPause[];
      /** When the previous turn ended, in milliseconds since the epoch; undefined if there was none. */
      readonly freeSince?: number | undefined;
    }
  /** Another turn is in progress. */
  | { readonly status: "busy" };

export interface ClosedConversation {
  /** Whether the turn counts as one of the conversation; default true. */
  readonly isCounted?: boolean;
  /** The new expiry, in milliseconds since the epoch; undefined to keep the current one. */
  readonly expiresAt?: number | undefined;
  /** Its answers that wait for human input; dropped if the conversation was deleted meanwhile. Default: none. */
  readonly pauses?: readonly ConversationPause[];
}

export interface ConversationStore {
  /** Acquires the lease for a turn. A turn that is retried after its worker died takes over its earlier lease. */
  open(key: ConversationKey, lease: ConversationLease): Promise<OpenedConversation>;
  /** Extends the lease; false if another turn has it. */
  renew(key: ConversationKey, lease: ConversationLease): Promise<boolean>;
  /** Saves a new conversation, which replaces the previous one. False: see `remember`. */
  begin(key: ConversationKey, token: string, conversation: Conversation): Promise<boolean>;
  /**
   * Replaces the memory of the current conversation; false if another turn has the lease or the conversation was
   * deleted.
   */
  remember(key: ConversationKey, token: string, memory: string): Promise<boolean>;
  /** Returns when the conversation began and expires, and its number of turns; undefined if there is none. */
  find(
    key: ConversationKey,
  ): Promise<(Omit<Conversation, "memory"> & { readonly turns: number }) | undefined>;
  /** Returns the conversation with its memory, without a lease; undefined if there is none. */
  read(key: ConversationKey): Promise<Conversation | undefined>;
  /**
   * Deletes the conversation. A turn in progress continues, but its memory is not saved: the next turn starts a new
   * conversation.
   */
  forget(key: ConversationKey): Promise<void>;
  /** Releases the lease. */
  close(key: ConversationKey, token: string, closed: ClosedConversation): Promise<void>;
  /** Returns the answers that wait for human input. */
  findPauses(key: ConversationKey): Promise<readonly ConversationPause[]>;
}

/** Lifetime of a conversation: 24 hours from the first answer (docs/spec/rongcloud.md, section 7). */
export const conversationLifeMs = dayMs;

/** Whether a group's members share one context (option `context: "group"`). By default each has their own. */
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
