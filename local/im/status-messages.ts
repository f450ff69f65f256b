import * as v from "valibot";
import { fields, targetGroups, targetUsers } from "./ordinary-messages.ts";

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

const isComplete = ({ objectName, content }: { objectName: string; content: object }): boolean =>
  objectName !== "RC:TypSts" || v.is(typingContent, content);
const incomplete = "content.typingContentType: is required";

/** A status message reaches only users who are online: it is not stored, counted or delivered later. */
export const privateStatus = v.pipe(
  v.object({ ...fields, ...targetUsers }),
  v.transform(({ toUserId, ...rest }) => ({ ...rest, targetIds: toUserId })),
  v.check((message) => isComplete(message), incomplete),
);
export const groupStatus = v.pipe(
  v.object({ ...fields, ...targetGroups }),
  v.transform(({ toGroupId, ...rest }) => ({ ...rest, targetIds: toGroupId })),
  v.check((message) => isComplete(message), incomplete),
);

/** The typing notifications of a status message, one per target; empty for other status messages. */
export const typingsOf = (
  { objectName, fromUserId, targetIds, content }: v.InferOutput<typeof privateStatus>,
  at: number,
): Typing[] => {
  if (objectName !== "RC:TypSts") return [];
  const { typingContentType } = v.parse(typingContent, content);
  return targetIds.map((targetId) => ({ fromUserId, targetId, typingContentType, at }));
};
