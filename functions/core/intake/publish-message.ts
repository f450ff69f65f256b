import type { ChannelType } from "#core/message/message-event.ts";
import type { Clock } from "#core/shared/clock.ts";
import type { AcceptMessages } from "./accept-messages.ts";
import type { ImReply } from "./forward-call.ts";

/** A message that an app's server publishes. */
export interface PublishedMessage {
  readonly channelType: ChannelType;
  readonly fromUserId: string;
  /** Users for PERSON, groups for GROUP; each target gets its own copy. */
  readonly targetIds: readonly string[];
  readonly objectName: string;
  /** A JSON string. */
  readonly content: string;
  /** The group members who receive the message; empty: all members. */
  readonly directedTo: readonly string[];
  /** Whether users that the content mentions are notified. */
  readonly mentions: boolean;
}

export interface MessageReceipt {
  readonly targetId: string;
  readonly messageUID: string;
}

export type PublishResult =
  | { readonly status: "published"; readonly receipts: readonly MessageReceipt[] }
  | { readonly status: "refused"; readonly reply: ImReply };

/** The IM's reply to a published message. `messageUIDs`: the id of each target's copy, by target id. */
export type ImPublishResult =
  | { readonly status: "published"; readonly messageUIDs: ReadonlyMap<string, string> }
  | { readonly status: "refused"; readonly reply: ImReply };

export interface PublishMessagePorts {
  readonly acceptMessages: AcceptMessages;
  /** Whether users chat through a real IM, which then receives every message. */
  readonly passesThrough: boolean;
  readonly newMessageUID: () => string;
  readonly clock: Clock;
}

export type PublishMessage = (
  appKey: string,
  message: PublishedMessage,
  publishAtIm: () => Promise<ImPublishResult>,
) => Promise<PublishResult>;

/**
 * Publishes a message from an app's server. With a real IM, `publishAtIm` is always called, and the IM's ids are used, since
 * its message route will deliver a copy. Without one, it is called only for messages from bots, so that they reach the user.
 */
export const makePublishMessage = ({
  acceptMessages,
  passesThrough,
  newMessageUID,
  clock,
}: PublishMessagePorts): PublishMessage => {
  const receiptsOf = (
    targetIds: readonly string[],
    messageUIDs?: ReadonlyMap<string, string>,
  ): MessageReceipt[] =>
    [...new Set(targetIds)].map((targetId) => ({
      targetId,
      messageUID: messageUIDs?.get(targetId) || newMessageUID(),
    }));

  const accept = (appKey: string, message: PublishedMessage, receipts: readonly MessageReceipt[]) => {
    const { targetIds: _targets, ...rest } = message;
    const msgTimestamp = clock.now();
    const messages = receipts.map(({ targetId, messageUID }) => ({
      ...rest,
      toUserId: targetId,
      msgTimestamp,
      msgUID: messageUID,
    }));
    return acceptMessages(appKey, message.fromUserId, messages);
  };

  return async (appKey, message, publishAtIm) => {
    const { targetIds } = message;
    if (passesThrough) {
      const atIm = await publishAtIm();
      if (atIm.status === "refused") return atIm;
      const receipts = receiptsOf(targetIds, atIm.messageUIDs);
      await accept(appKey, message, receipts);
      return { status: "published", receipts };
    }
    const receipts = receiptsOf(targetIds);
    const { fromBot } = await accept(appKey, message, receipts);
    if (!fromBot) return { status: "published", receipts };
    const atIm = await publishAtIm();
    if (atIm.status === "refused") return atIm;
    return { status: "published", receipts: receiptsOf(targetIds, atIm.messageUIDs) };
  };
};
