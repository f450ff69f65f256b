import type { ChannelType } from "#core/message/message-event.ts";
import type { ActiveLease } from "#core/shared/lease.ts";
import type { Turn } from "#core/turn/turn.ts";
import type { ChunkPlan } from "./chunk-plan.ts";

/** A message's sender and target. */
export interface MessageRoute {
  readonly appKey: string;
  readonly fromUserId: string;
  readonly channelType: ChannelType;
  /** The user for PERSON, the group for GROUP. */
  readonly targetId: string;
}

/** The route for the answer: back to the user or group that asked. */
export const replyRouteOf = ({ appKey, bot, event }: Turn): MessageRoute => ({
  appKey,
  fromUserId: bot.userId,
  channelType: event.data.channelType,
  targetId: event.data.channelType === "GROUP" ? event.data.toUserId : event.data.fromUserId,
});

/** Why a stream message was closed (docs/messages.md). */
export const completeReason = { ended: 0, brokenOff: 1, stopped: 2, replaced: 3, continued: 4 } as const;
export type CompleteReason = (typeof completeReason)[keyof typeof completeReason];

export interface StreamChunk {
  /** Starts at 1, increases by 1. */
  readonly seq: number;
  readonly text: string;
  /** The message that this chunk continues; undefined only for the first chunk. */
  readonly messageUID: string | undefined;
  /** Set only on the last chunk. */
  readonly completeReason: CompleteReason | undefined;
}

/** How much of an answer was sent in the chunks of a message, without the text itself. */
export interface SentText {
  /** Of the answer's text up to a chunk, in UTF-16 code units. */
  readonly length: number;
  /** Of the same text, for comparing it with an answer that is found later. */
  readonly hash: string;
  /** How the chunks after it were cut. */
  readonly plan: ChunkPlan;
  /**
   * The number of chunks that were cut by the plan, if known: they are counted in the message's `seq`, and later chunks are
   * empty. Otherwise all chunks after `seq` were cut by the plan.
   */
  readonly chunks?: number | undefined;
}

/** A stream message that is not closed, with the number of its last known chunk. */
export interface OpenMessage {
  readonly messageUID: string;
  readonly seq: number;
  /** Undefined if it is not known: then no other worker can continue the message. */
  readonly sent?: SentText | undefined;
}

/** The IM's message API. All calls reject with a BridgeError, `retryable` if the same call may succeed later. */
export interface ImMessages {
  /**
   * Sends one chunk; resolves with the stream message's id. Rejects with `stream_ended` if the IM has closed the
   * message.
   */
  sendChunk(route: MessageRoute, chunk: StreamChunk): Promise<string>;
  /** Sends a plain text message. */
  sendText(route: MessageRoute, text: string): Promise<void>;
  /** Shows the user for a few seconds that the sender is typing. */
  sendTyping(route: MessageRoute): Promise<void>;
}

/** The part of a turn's lease that its delivery needs. */
export interface DeliveryLease extends Pick<ActiveLease, "isHeld"> {
  /** How many answers the app has in progress, as far as known: they share the IM's rate limit. Default: this one. */
  readonly answersInProgress?: () => number;
  /** When the last call may start, in milliseconds since the epoch: the worker's invocation ends soon after. */
  readonly deliverBy: number;
  /** Called after each chunk with the open stream message, or undefined if there is none; see `isResumable`. */
  onOpen(open: OpenMessage | undefined): void;
  /** Whether another worker could go on with the answer. Then `saveOpen` is called instead of `onOpen`. */
  isResumable?(): boolean;
  /** Resolves when the open message is stored, or the lease is lost. Never rejects. */
  saveOpen?(open: OpenMessage): Promise<void>;
}

/** The part of a turn's lease that everything between the turn and the IM needs. */
export interface ReceiverLease extends DeliveryLease {
  /** Resolves to true once per turn, even if several workers run it: then the user may be told to wait. */
  claimNotice(): Promise<boolean>;
}
