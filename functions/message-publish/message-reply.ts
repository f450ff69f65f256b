import * as v from "valibot";

/** The id of the message for each target. Later calls to RongCloud refer to the message by its `messageUID`. */
export const privateMessageReply = v.object({
  messageUIDs: v.array(v.object({ userId: v.string(), messageUID: v.string() })),
});

export const groupMessageReply = v.object({
  messageUIDs: v.array(v.object({ groupId: v.string(), messageUID: v.string() })),
});

/** Chunks after the first one refer to the message by its `messageUID`. */
export const chunkReply = v.object({ messageUID: v.string() });

export type PrivateMessageReply = v.InferOutput<typeof privateMessageReply>;
export type GroupMessageReply = v.InferOutput<typeof groupMessageReply>;
