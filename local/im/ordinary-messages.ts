import * as v from "valibot";
import type { ImEvent } from "./messages.ts";

const id = v.pipe(v.string(), v.minLength(1), v.maxLength(64));
const parsedContent = v.pipe(v.string(), v.maxBytes(128 * 1024), v.parseJson(), v.looseObject({}));

/** Common fields of messages sent as forms. */
export const fields = {
  fromUserId: id,
  objectName: v.pipe(v.string(), v.minLength(1), v.maxLength(32)),
  content: parsedContent,
};
export const targetUsers = { toUserId: v.pipe(v.array(id), v.minLength(1), v.maxLength(1000)) };

export const targetGroups = { toGroupId: v.pipe(v.array(id), v.minLength(1), v.maxLength(3)) };

export const privateMessage = v.pipe(
  v.object({ ...fields, ...targetUsers }),
  v.transform(({ toUserId, ...rest }) => ({ ...rest, channelType: "PERSON" as const, targetIds: toUserId })),
);
export const groupMessage = v.pipe(
  v.object({ ...fields, ...targetGroups }),
  v.transform(({ toGroupId, ...rest }) => ({ ...rest, channelType: "GROUP" as const, targetIds: toGroupId })),
);

export type OrdinaryMessage = v.InferOutput<typeof privateMessage> | v.InferOutput<typeof groupMessage>;

/** Creates one message per target. */
export const deliver = (
  { targetIds, content, ...head }: OrdinaryMessage,
  newMessageUID: () => string,
): ImEvent[] => {
  const text = typeof content.content === "string" ? content.content : JSON.stringify(content);
  return targetIds.map((targetId) => ({
    message: {
      ...head,
      targetId,
      messageUID: newMessageUID(),
      text,
      chunks: [],
      complete: true,
      completeReason: undefined,
    },
    added: text,
  }));
};
