import type { EventType } from "#core/bot/event-type.ts";

/** The channels in which a bot can be spoken to. */
export const channelTypes = ["PERSON", "GROUP"] as const;
export type ChannelType = (typeof channelTypes)[number];

/** One message or happening addressed to a bot, whichever door it came by (docs/spec/rongcloud.md, section 6). */
export interface MessageEvent {
  readonly type: EventType;
  /** When the event arose, in milliseconds since the epoch. */
  readonly timestamp: number;
  readonly data: {
    readonly fromUserId: string;
    /** The bot for PERSON, the group for GROUP. */
    readonly toUserId: string;
    readonly objectName: string;
    /** A string holding JSON, as the IM carries it. */
    readonly content: string;
    readonly channelType: ChannelType;
    readonly msgTimestamp: number;
    /** Unique per message: it tells a repeated delivery. */
    readonly msgUID: string;
    readonly source?: string;
  };
}
