import * as v from "valibot";

/** What each of a message's targets was sent: RongCloud's `messageUID` is what later calls name it by. */
export const privateMessageReply = v.object({
  messageUIDs: v.array(v.object({ userId: v.string(), messageUID: v.string() })),
});

export const groupMessageReply = v.object({
  messageUIDs: v.array(v.object({ groupId: v.string(), messageUID: v.string() })),
});

export type PrivateMessageReply = v.InferOutput<typeof privateMessageReply>;
export type GroupMessageReply = v.InferOutput<typeof groupMessageReply>;
