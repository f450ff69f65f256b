import { createHash } from "node:crypto";
import type { MessageEvent } from "#core/message/message-event.ts";

interface MessageWithoutUID
  extends Pick<MessageEvent["data"], "fromUserId" | "toUserId" | "channelType" | "objectName" | "content"> {
  /** Milliseconds since the epoch; undefined where it arrived without one: the time of arrival differs between copies. */
  readonly msgTimestamp: number | undefined;
}

/** The id of a message that arrived without one: the same for each of its copies, by whichever entry point they arrive. */
export const derivedMessageUID = ({
  fromUserId,
  toUserId,
  channelType,
  objectName,
  content,
  msgTimestamp,
}: MessageWithoutUID): string =>
  createHash("sha256")
    .update(JSON.stringify([fromUserId, toUserId, channelType, objectName, content, msgTimestamp ?? null]))
    .digest("base64url");
