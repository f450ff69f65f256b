import { isMessageType } from "#core/bot/event-type.ts";
import { dayMs } from "#core/shared/clock.ts";
import { parseContent } from "./message-content.ts";
import type { ChannelType, MessageEvent } from "./message-event.ts";

/** Identifies a message within the conversation that it was sent to. */
export interface SentMessage {
  readonly appKey: string;
  readonly channelType: ChannelType;
  /** The bot for PERSON, the group for GROUP. */
  readonly targetId: string;
  readonly msgUID: string;
}

/** A message that was taken back. */
export interface Recall extends SentMessage {
  /** Only the sender may take a message back, unless `isAdmin`. */
  readonly byUserId: string;
  readonly isAdmin: boolean;
}

/** Remembers recalls, which may arrive before the message itself. */
export interface RecallStore {
  add(recall: Recall): Promise<void>;
}

/**
 * How long a recall is remembered: the message's job may spend 14 days among the dead letters, and then 4 in its queue.
 */
export const rememberRecallForMs = 18 * dayMs;

/** RongCloud's command that takes a message back. */
export const recallCommand = "RC:RcCmd";

const maxUidLength = 64;
const isUid = (value: unknown): value is string =>
  typeof value === "string" && value !== "" && value.length <= maxUidLength && value.isWellFormed();

const isRecallEvent = ({ type, data }: Pick<MessageEvent, "type" | "data">): boolean =>
  type === "message:private_recall" ||
  type === "message:group_mentioned_recall" ||
  (isMessageType(type) && data.objectName === recallCommand);

/**
 * The recall that an event reports; undefined if it is none. `botUserId`: the bot that the event was sent to, for PERSON.
 * Source: RongCloud's content of `RC:RcCmd`, `{"messageUId":"…","isAdmin":false,…}`.
 */
export const recallOf = (
  appKey: string,
  botUserId: string,
  event: Pick<MessageEvent, "type" | "data">,
): Recall | undefined => {
  if (!isRecallEvent(event)) return undefined;
  const { channelType, toUserId, fromUserId, msgUID, content, objectName } = event.data;
  const { messageUId: named, isAdmin } = parseContent(content) ?? {};
  // A recall event without the command has the id of the recalled message itself; the command has an id of its own.
  const ofEvent = objectName === recallCommand ? undefined : msgUID;
  const recalled = isUid(named) ? named : ofEvent;
  if (recalled === undefined) return undefined;
  return {
    appKey,
    channelType,
    targetId: channelType === "PERSON" ? botUserId : toUserId,
    msgUID: recalled,
    byUserId: fromUserId,
    isAdmin: isAdmin === true || isAdmin === 1,
  };
};
