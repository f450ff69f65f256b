import * as v from "valibot";
import type { ImEvent, ImMessage } from "./messages.ts";
import { refuse } from "./refusal.ts";

/** Fields allowed only in the first chunk. */
const firstChunkFields = ["type", "user", "mentionedInfo", "extra"] as const;
const id = v.pipe(v.string(), v.minLength(1), v.maxLength(64));

const fields = {
  fromUserId: id,
  objectName: v.literal("RC:StreamMsg"),
  content: v.pipe(
    v.strictObject({
      content: v.string(),
      seq: v.pipe(v.number(), v.integer(), v.minValue(1)),
      complete: v.boolean(),
      completeReason: v.exactOptional(v.picklist([0, 1, 2, 3, 4], "must be one of 0 to 4")),
      messageUID: v.exactOptional(v.string()),
      type: v.exactOptional(v.picklist(["text", "markdown", "html"])),
      user: v.exactOptional(v.looseObject({})),
      mentionedInfo: v.exactOptional(v.looseObject({})),
      extra: v.exactOptional(v.string()),
    }),
    v.check(
      ({ complete, completeReason }) => complete || completeReason === undefined,
      "completeReason: is only allowed in the last chunk",
    ),
  ),
};

export const privateChunk = v.pipe(
  v.object({ ...fields, toUserId: id }),
  v.transform(({ toUserId, ...rest }) => ({ ...rest, channelType: "PERSON" as const, targetId: toUserId })),
);
export const groupChunk = v.pipe(
  v.object({ ...fields, toGroupId: id }),
  v.transform(({ toGroupId, ...rest }) => ({ ...rest, channelType: "GROUP" as const, targetId: toGroupId })),
);

export type Chunk = v.InferOutput<typeof privateChunk> | v.InferOutput<typeof groupChunk>;

/** Limit of all chunks of a message together (docs/spec/rongcloud.md, section 8). */
const maxBytes = 128 * 1024;
const maxSilenceMs = 30_000;
const maxAgeMs = 30 * 60_000;

export interface StreamMessagesPorts {
  readonly now: () => number;
  readonly newMessageUID: () => string;
}

/**
 * Stream messages with RongCloud's rules: `seq` has no gaps, nothing follows the end, and 30 s of silence end a
 * message.
 */
export const makeStreamMessages = ({ now, newMessageUID }: StreamMessagesPorts) => {
  const open = new Map<string, ImMessage>();

  const startMessage = ({ fromUserId, channelType, targetId, objectName, content }: Chunk): ImMessage => {
    if (content.seq !== 1) refuse(1002, `content.seq: must be 1 on the first chunk, got ${content.seq}`);
    const messageUID = newMessageUID();
    const head = { messageUID, fromUserId, channelType, targetId, objectName };
    return { ...head, text: "", chunks: [], complete: false, completeReason: undefined };
  };

  const continueMessage = (messageUID: string, { content, ...head }: Chunk): ImMessage => {
    const message = open.get(messageUID);
    const last = message?.chunks.at(-1);
    const isOurs = message?.fromUserId === head.fromUserId && message.targetId === head.targetId;
    if (!isOurs || !last) return refuse(1002, "content.messageUID: no such open stream message");
    const late = firstChunkFields.find((name) => content[name] !== undefined);
    if (late !== undefined) refuse(1002, `content.${late}: is only allowed in the first chunk`);
    if (now() - last.at > maxSilenceMs) refuse(29003, "the stream message was silent for 30 s and has ended");
    if (now() - (message.chunks[0]?.at ?? 0) > maxAgeMs)
      refuse(29004, "the stream message is 30 min old and has ended");
    if (content.seq !== last.seq + 1) {
      refuse(1002, `content.seq: must be ${last.seq + 1} after ${last.seq}, got ${content.seq}`);
    }
    return message;
  };

  return {
    take: (chunk: Chunk): ImEvent => {
      const { content, seq, complete, completeReason, messageUID } = chunk.content;
      const before = messageUID === undefined ? startMessage(chunk) : continueMessage(messageUID, chunk);
      const text = before.text + content;
      if (Buffer.byteLength(text) > maxBytes)
        refuse(1005, "content.content: at most 128 KB in all chunks together");
      const chunks = [...before.chunks, { seq, content, complete, at: now() }];
      const message: ImMessage = { ...before, text, chunks, complete, completeReason };
      if (complete) open.delete(message.messageUID);
      else open.set(message.messageUID, message);
      return { message, added: content };
    },
  };
};
