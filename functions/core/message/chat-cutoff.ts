import { dayMs } from "#core/shared/clock.ts";
import type { ChannelType, MessageEvent } from "./message-event.ts";

/** A bot's chat with a user or in a group, or with one member of a group. */
export interface BotChat {
  readonly appKey: string;
  readonly botUserId: string;
  readonly channelType: ChannelType;
  /** The user for PERSON, the group for GROUP. */
  readonly targetId: string;
  /** Only for GROUP; undefined: all its members. */
  readonly memberId?: string | undefined;
}

/**
 * A bot answers no message that was sent before its chat's cutoff, and stops its answers to those. A stop word moves the cutoff to
 * its own time, a pause of the chat to the end of the pause. Times are the IM's times of messages, in milliseconds since the
 * epoch.
 */
export interface CutoffStore {
  /** Moves the cutoff to `to`, unless it is later already. */
  advance(chat: BotChat, to: number): Promise<void>;
  /** Moves the cutoff to `to`, unless it is earlier already. */
  pullBack(chat: BotChat, to: number): Promise<void>;
  set(chat: BotChat, to: number): Promise<void>;
  find(chat: BotChat): Promise<number | undefined>;
}

/** How late a message may be delivered, and how far the IM's clock may be ahead of ours, in milliseconds. */
const maxDelayMs = dayMs;
const maxAheadMs = 5 * 60_000;

/** A message that the bridge accepted at `acceptedAt` (milliseconds since the epoch). */
export interface AcceptedMessage {
  readonly event: Pick<MessageEvent, "data">;
  readonly acceptedAt: number;
}

/**
 * When a message was sent: the IM's time, which is the same for each of its deliveries. An implausible one, which could silence a
 * bot for good, does not count.
 */
export const sentAtOf = ({ event: { data }, acceptedAt }: AcceptedMessage): number => {
  const { msgTimestamp } = data;
  const isPlausible = msgTimestamp >= acceptedAt - maxDelayMs && msgTimestamp <= acceptedAt + maxAheadMs;
  return isPlausible ? msgTimestamp : acceptedAt;
};

/** The chat of a message's sender. */
export const senderChatOf = ({
  appKey,
  botUserId,
  event: {
    data: { channelType, fromUserId, toUserId },
  },
}: Pick<BotChat, "appKey" | "botUserId"> & Pick<AcceptedMessage, "event">): BotChat =>
  channelType === "GROUP"
    ? { appKey, botUserId, channelType, targetId: toUserId, memberId: fromUserId }
    : { appKey, botUserId, channelType, targetId: fromUserId };

/** The chats whose cutoffs a message of `sender` must not be sent before. */
export const chatsAround = (sender: BotChat): readonly BotChat[] =>
  sender.memberId === undefined ? [sender] : [sender, { ...sender, memberId: undefined }];
