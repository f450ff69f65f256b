import { createHash } from "node:crypto";
import type { MessageEvent } from "#core/message/message-event.ts";

export interface ToldMessage
  extends Pick<MessageEvent["data"], "fromUserId" | "toUserId" | "channelType" | "objectName" | "content"> {
  /** Milliseconds since the epoch; undefined where it came without, since each copy would have another. */
  readonly msgTimestamp: number | undefined;
}

/** Tells a message that came without an id from others, and from no copy of itself, whichever door that comes by. */
export const derivedMessageUID = ({
  fromUserId,
  toUserId,
  channelType,
  objectName,
  content,
  msgTimestamp,
}: ToldMessage): string =>
  createHash("sha256")
    .update(JSON.stringify([fromUserId, toUserId, channelType, objectName, content, msgTimestamp ?? null]))
    .digest("base64url");
