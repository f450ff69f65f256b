import type { EventType } from "#core/bot/event-type.ts";

/** The types of channel in which users can message a bot. */
export const channelTypes = ["PERSON", "GROUP"] as const;
export type ChannelType = (typeof channelTypes)[number];

/** A message or event for a bot, whichever entry point received it (docs/spec/rongcloud.md, section 6). */
export interface MessageEvent {
  readonly type: EventType;
  /** When the event occurred, in milliseconds since the epoch. */
  readonly timestamp: number;
  readonly data: {
    readonly fromUserId: string;
    /** The bot for PERSON, the group for GROUP. */
    readonly toUserId: string;
    readonly objectName: string;
    /** A JSON string, as the IM sends it. */
    readonly content: string;
    readonly channelType: ChannelType;
    readonly msgTimestamp: number;
    /** Unique per message: it identifies repeated deliveries. */
    readonly msgUID: string;
    readonly source?: string;
  };
}
