import type { ChannelType } from "#core/message/message-event.ts";
import type { Clock } from "#core/shared/clock.ts";
import type { AcceptMessages } from "./accept-messages.ts";
import type { ImReply } from "./forward-call.ts";

/** A message as an app's server publishes it. */
export interface PublishedMessage {
  readonly channelType: ChannelType;
  readonly fromUserId: string;
  /** Users for PERSON, groups for GROUP; each gets a message of its own. */
  readonly targetIds: readonly string[];
  readonly objectName: string;
  /** A string holding JSON. */
  readonly content: string;
  /** The members of the groups who alone get it; empty: all of them. */
  readonly directedTo: readonly string[];
  /** False: whom its content mentions is not told so. */
  readonly mentions: boolean;
}

export interface MessageReceipt {
  readonly targetId: string;
  readonly messageUID: string;
}

export type PublishResult =
  | { readonly status: "published"; readonly receipts: readonly MessageReceipt[] }
  | { readonly status: "refused"; readonly reply: ImReply };

/** What the IM made of a message: the id that each target's copy has there. */
export type ImPublishResult =
  | { readonly status: "published"; readonly messageUIDs: ReadonlyMap<string, string> }
  | { readonly status: "refused"; readonly reply: ImReply };

export interface PublishMessagePorts {
  readonly acceptMessages: AcceptMessages;
  /** Whether users talk over a real IM, which then takes every message. */
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
 * Takes a message that an app's server publishes. `publishAtIm` hands it to the IM: always where a real one is behind us,
 * and its ids are taken over, since its message route will bring a copy; stand-alone what a bot says, so that it reaches
 * its user.
 */
export const makePublishMessage = ({
  acceptMessages,
  passesThrough,
  newMessageUID,
  clock,
}: PublishMessagePorts): PublishMessage => {
  const receiptsOf = (targetIds: readonly string[], given?: ReadonlyMap<string, string>): MessageReceipt[] =>
    [...new Set(targetIds)].map((targetId) => ({
      targetId,
      messageUID: given?.get(targetId) || newMessageUID(),
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
