import type { ChannelType } from "#core/message/message-event.ts";
import type { HeldLease } from "#core/shared/lease.ts";
import type { Turn } from "#core/turn/turn.ts";

/** From whom a message goes out, and to whom. */
export interface MessageRoute {
  readonly appKey: string;
  readonly fromUserId: string;
  readonly channelType: ChannelType;
  /** The user for PERSON, the group for GROUP. */
  readonly targetId: string;
}

/** Back where the question came from: to the user, or to the group. */
export const replyRouteOf = ({ appKey, bot, event }: Turn): MessageRoute => ({
  appKey,
  fromUserId: bot.userId,
  channelType: event.data.channelType,
  targetId: event.data.channelType === "GROUP" ? event.data.toUserId : event.data.fromUserId,
});

/** Why a stream message is closed (docs/messages.md). */
export const completeReason = { ended: 0, brokenOff: 1, stopped: 2, replaced: 3, continued: 4 } as const;
export type CompleteReason = (typeof completeReason)[keyof typeof completeReason];

export interface StreamChunk {
  /** From 1, rising by 1. */
  readonly seq: number;
  readonly text: string;
  /** The message that this chunk continues; absent on the first chunk alone. */
  readonly messageUID: string | undefined;
  /** Present on the last chunk alone. */
  readonly completeReason: CompleteReason | undefined;
}

/** A stream message that has begun and not ended, and the number of the last chunk that is known of. */
export interface OpenMessage {
  readonly messageUID: string;
  readonly seq: number;
}

/** The IM's API for messages. All reject with a BridgeError, `retryable` where the same call may succeed later. */
export interface ImMessages {
  /** Sends one chunk; resolves with the stream message's id. Rejects with `stream_ended` where the IM has closed it. */
  sendChunk(route: MessageRoute, chunk: StreamChunk): Promise<string>;
  /** Sends one ordinary text message. */
  sendText(route: MessageRoute, text: string): Promise<void>;
  /** Shows a user for some seconds that the sender is typing. */
  sendTyping(route: MessageRoute): Promise<void>;
}

/** The lease of a turn, as its delivery needs it. */
export interface DeliveryLease extends Pick<HeldLease, "isOurs"> {
  /** When the last call may start, in milliseconds since the epoch: the worker ends soon after. */
  readonly deliverBy: number;
  /** Hears after each chunk which stream message is open; undefined: none. */
  onOpen(open: OpenMessage | undefined): void;
}
