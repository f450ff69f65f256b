import * as v from "valibot";
import { fields, targetUsers } from "./ordinary-messages.ts";

/** What clients show for some seconds. */
export interface Typing {
  readonly fromUserId: string;
  readonly targetId: string;
  /** The type of the message that is being written. */
  readonly typingContentType: string;
  /** Milliseconds since the epoch. */
  readonly at: number;
}

const typingContent = v.object({ typingContentType: v.pipe(v.string(), v.minLength(1)) });

/** A status message is for whoever looks just now: nobody keeps it, counts it, or gets it later. */
export const statusMessage = v.pipe(
  v.object({ ...fields, ...targetUsers }),
  v.check(
    ({ objectName, content }) => objectName !== "RC:TypSts" || v.is(typingContent, content),
    "content.typingContentType: is required",
  ),
);

/** What a status message tells of somebody who is writing, to each who sees it; of any other, nothing. */
export const typingsOf = (
  { objectName, fromUserId, toUserId, content }: v.InferOutput<typeof statusMessage>,
  at: number,
): Typing[] => {
  if (objectName !== "RC:TypSts") return [];
  const { typingContentType } = v.parse(typingContent, content);
  return toUserId.map((targetId) => ({ fromUserId, targetId, typingContentType, at }));
};
