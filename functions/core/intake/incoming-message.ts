import type { ChannelType, MessageEvent } from "#core/message/message-event.ts";

/** A message as it came in, whichever door it came by. */
export interface IncomingMessage {
  readonly channelType: ChannelType;
  readonly fromUserId: string;
  /** A user or bot for PERSON, the group for GROUP. */
  readonly toUserId: string;
  readonly objectName: string;
  /** A string holding JSON. */
  readonly content: string;
  /** Milliseconds since the epoch. */
  readonly msgTimestamp: number;
  readonly msgUID: string;
  readonly source?: string;
  /** The members of the group who alone get it; empty: all of them. */
  readonly directedTo: readonly string[];
  /** False: whom its content mentions is not told so. */
  readonly mentions: boolean;
}

/** What the bots that it speaks to are told. `timestamp`: when it came in, in milliseconds since the epoch. */
export const toMessageEvent = (
  { directedTo: _directedTo, mentions: _mentions, ...data }: IncomingMessage,
  timestamp: number,
): MessageEvent => ({
  type: data.channelType === "GROUP" ? "message:group_mentioned" : "message:private",
  timestamp,
  data,
});
