import * as v from "valibot";
import { fields, targetUsers } from "./ordinary-messages.ts";

/** A typing notification, which clients show for some seconds. */
export interface Typing {
  readonly fromUserId: string;
  readonly targetId: string;
  /** Type of the message being typed. */
  readonly typingContentType: string;
  /** Milliseconds since the epoch. */
  readonly at: number;
}

const typingContent = v.object({ typingContentType: v.pipe(v.string(), v.minLength(1)) });

/** A status message reaches only users who are online: it is not stored, counted or delivered later. */
export const statusMessage = v.pipe(
  v.object({ ...fields, ...targetUsers }),
  v.check(
    ({ objectName, content }) => objectName !== "RC:TypSts" || v.is(typingContent, content),
    "content.typingContentType: is required",
  ),
);

/** The typing notifications of a status message, one per recipient; empty for other status messages. */
export const typingsOf = (
  { objectName, fromUserId, toUserId, content }: v.InferOutput<typeof statusMessage>,
  at: number,
): Typing[] => {
  if (objectName !== "RC:TypSts") return [];
  const { typingContentType } = v.parse(typingContent, content);
  return toUserId.map((targetId) => ({ fromUserId, targetId, typingContentType, at }));
};
