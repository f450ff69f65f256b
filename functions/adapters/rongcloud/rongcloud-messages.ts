import * as v from "valibot";
import type { ImMessages, MessageRoute, StreamChunk } from "#core/im/im-messages.ts";
import { BridgeError } from "#core/shared/errors.ts";
import { imTargets, privateStatus } from "./im-targets.ts";
import type { CallRongCloud, RongCloudCall } from "./rongcloud-client.ts";

const streamReply = v.object({ messageUID: v.pipe(v.string(), v.nonEmpty()) });

const contentOf = ({ seq, text, messageUID, completeReason }: StreamChunk) => ({
  content: text,
  seq,
  complete: completeReason !== undefined,
  ...(completeReason !== undefined && { completeReason }),
  // The first chunk has `type`; all others have `messageUID`.
  ...(messageUID === undefined ? { type: "markdown" } : { messageUID }),
});

const chunkBody = (route: MessageRoute, chunk: StreamChunk): string =>
  JSON.stringify({
    fromUserId: route.fromUserId,
    [imTargets[route.channelType].field]: route.targetId,
    objectName: "RC:StreamMsg",
    content: contentOf(chunk),
  });

const ordinaryCall = (
  { appKey, fromUserId, targetId }: MessageRoute,
  path: string,
  field: string,
  objectName: string,
  content: object,
): RongCloudCall => ({
  appKey,
  path,
  contentType: "application/x-www-form-urlencoded",
  body: new URLSearchParams({
    fromUserId,
    [field]: targetId,
    objectName,
    content: JSON.stringify(content),
  }).toString(),
});

/** Sends messages through RongCloud's server API (docs/spec/rongcloud.md, section 8). */
export const makeRongCloudMessages = (callRongCloud: CallRongCloud): ImMessages => ({
  sendChunk: async (route, chunk) => {
    const answer = await callRongCloud({
      appKey: route.appKey,
      path: imTargets[route.channelType].stream,
      contentType: "application/json",
      body: chunkBody(route, chunk),
    });
    const parsed = v.safeParse(streamReply, answer);
    if (parsed.success) return parsed.output.messageUID;
    if (chunk.messageUID !== undefined) return chunk.messageUID;
    throw new BridgeError("upstream_refused", "the IM accepted the first chunk but returned no messageUID", {
      uncertain: true,
    });
  },
  sendText: async (route, text) => {
    const { publish, field } = imTargets[route.channelType];
    await callRongCloud(ordinaryCall(route, publish, field, "RC:TxtMsg", { content: text }));
  },
  sendTyping: async (route) => {
    const typing = { typingContentType: "RC:TxtMsg" };
    await callRongCloud(ordinaryCall(route, privateStatus, imTargets.PERSON.field, "RC:TypSts", typing));
  },
});
