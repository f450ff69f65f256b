import { createHash } from "node:crypto";
import type { MessageEvent } from "#core/message/message-event.ts";

interface MessageWithoutUid
  extends Pick<MessageEvent["data"], "fromUserId" | "toUserId" | "channelType" | "objectName" | "content"> {
  /** Milliseconds since the epoch. Undefined if the message has none: the time of arrival would differ between copies. */
  readonly msgTimestamp: number | undefined;
}

/** An id for a message without one. All copies of a message get the same id, whichever entry point they arrive at. */
export const derivedMessageUID = ({
  fromUserId,
  toUserId,
  channelType,
  objectName,
  content,
  msgTimestamp,
}: MessageWithoutUid): string =>
  createHash("sha256")
    .update(JSON.stringify([fromUserId, toUserId, channelType, objectName, content, msgTimestamp ?? null]))
    .digest("base64url");
