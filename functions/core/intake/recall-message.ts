import type { ChannelType } from "#core/message/message-event.ts";
import { recallCommand } from "#core/message/recall.ts";
import type { Clock } from "#core/shared/clock.ts";
import type { AcceptMessages } from "./accept-messages.ts";
import type { ImReply } from "./forward-call.ts";

/** A message that an app's server takes back. */
export interface RecalledMessage {
  readonly channelType: ChannelType;
  /** Who takes it back. Has no effect unless they sent it, or `isAdmin`. */
  readonly fromUserId: string;
  /** A user or bot for PERSON, the group for GROUP. */
  readonly targetId: string;
  readonly messageUID: string;
  /** Milliseconds since the epoch. */
  readonly sentTime: number | undefined;
  readonly isAdmin: boolean;
  readonly isDelete: boolean;
}

export interface RecallMessagePorts {
  readonly acceptMessages: AcceptMessages;
  readonly newMessageUID: () => string;
  readonly clock: Clock;
}

/** Returns the IM's reply if a bot takes a message back; otherwise `recallAtIm` is not called. */
export type RecallMessage = (
  appKey: string,
  recalled: RecalledMessage,
  recallAtIm: () => Promise<ImReply>,
) => Promise<ImReply | undefined>;

const conversationTypes: Record<ChannelType, number> = { PERSON: 1, GROUP: 3 };

/**
 * Takes a message back without a real IM. The bots get the command that RongCloud's message route would send them, so that a
 * recall has the same effects whichever way it arrives.
 */
export const makeRecallMessage =
  ({ acceptMessages, newMessageUID, clock }: RecallMessagePorts): RecallMessage =>
  async (appKey, { channelType, fromUserId, targetId, messageUID, ...details }, recallAtIm) => {
    const command = {
      channelType,
      fromUserId,
      toUserId: targetId,
      objectName: recallCommand,
      content: JSON.stringify({
        messageUId: messageUID,
        conversationType: conversationTypes[channelType],
        targetId,
        ...details,
      }),
      msgTimestamp: clock.now(),
      msgUID: newMessageUID(),
      directedTo: [],
      mentions: false,
    };
    const { fromBot } = await acceptMessages(appKey, fromUserId, [command]);
    return fromBot ? recallAtIm() : undefined;
  };
