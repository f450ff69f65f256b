import type { ChannelType, MessageEvent } from "#core/message/message-event.ts";

/** A message as received, through any entry point. */
export interface IncomingMessage {
  readonly channelType: ChannelType;
  readonly fromUserId: string;
  /** A user or bot for PERSON, the group for GROUP. */
  readonly toUserId: string;
  readonly objectName: string;
  /** A JSON string. */
  readonly content: string;
  /** Milliseconds since the epoch. */
  readonly msgTimestamp: number;
  readonly msgUID: string;
  readonly source?: string;
  /** The group members who receive the message; empty: all members. */
  readonly directedTo: readonly string[];
  /** Whether users that the content mentions are notified. */
  readonly mentions: boolean;
}

/**
 * The event for the bots that a message addresses. `timestamp`: when the message was received, in milliseconds since the
 * epoch.
 */
export const toMessageEvent = (
  { directedTo: _directedTo, mentions: _mentions, ...data }: IncomingMessage,
  timestamp: number,
): MessageEvent => ({
  type: data.channelType === "GROUP" ? "message:group_mentioned" : "message:private",
  timestamp,
  data,
});
