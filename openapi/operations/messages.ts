import { groupMessageSchema, privateMessageSchema } from "../../functions/message-publish/message-schema.ts";
import { recallSchema } from "../../functions/message-publish/recall-schema.ts";
import { groupChunkSchema, privateChunkSchema } from "../../functions/message-publish/stream-schema.ts";
import type { Operation } from "../operation.ts";
import { done, sentChunk, sentGroupMessage, sentPrivateMessage } from "../reply-schemas.ts";

const triggers =
  "The message triggers the matching integrations of the bots that it addresses; models answer through the IM. A message whose sender is a bot triggers no integration and goes to the IM.";

const forwarded = "A deployment in front of RongCloud forwards the call to it.";
const statusEffect = `A status message reaches only clients that are online, and triggers no integration. One from a bot goes to the IM; one from a user has no effect. ${forwarded}`;
const typing = { objectName: "RC:TypSts", content: '{"typingContentType":"RC:TxtMsg"}' };
const chunkEffect = `Sends a bot's answer piece by piece: the message begins with the first chunk, and each further one adds text. Chunks must come in order; 30 seconds of silence end the message (29003), and so do 30 minutes (29004). All chunks together have at most 128 KB. ${forwarded}`;
const firstChunk = { content: "Hel", seq: 1, complete: false, type: "markdown" };
const chunkReply = { schema: sentChunk, example: { code: 200, messageUID: "C3JH-8VQ4-M2TX-7K0R" } };

export const messageOperations: readonly Operation[] = [
  {
    id: "publishPrivateMessage",
    method: "post",
    path: "/message/private/publish.json",
    tag: "Messages",
    caller: "app-server",
    summary: "Send a private message",
    description: `Sends a message to bots or users. ${triggers}`,
    success: "The message was accepted.",
    body: {
      contentType: "application/x-www-form-urlencoded",
      schema: privateMessageSchema,
      example: {
        fromUserId: "user-001",
        toUserId: ["bot-001"],
        objectName: "RC:TxtMsg",
        content: '{"content":"Hello, who are you?"}',
      },
    },
    proxied: true,
    reply: {
      schema: sentPrivateMessage,
      example: { code: 200, messageUIDs: [{ userId: "bot-001", messageUID: "C3JH-8VQ4-M2TX-7K0R" }] },
    },
  },
  {
    id: "publishGroupMessage",
    method: "post",
    path: "/message/group/publish.json",
    tag: "Messages",
    caller: "app-server",
    summary: "Send a group message",
    description: `Sends a message to groups. ${triggers}`,
    success: "The message was accepted.",
    body: {
      contentType: "application/x-www-form-urlencoded",
      schema: groupMessageSchema,
      example: {
        fromUserId: "user-001",
        toGroupId: ["group-001"],
        objectName: "RC:TxtMsg",
        content: '{"content":"@Helpdesk who are you?","mentionedInfo":{"type":2,"userIdList":["bot-001"]}}',
        isMentioned: "1",
      },
    },
    proxied: true,
    reply: {
      schema: sentGroupMessage,
      example: { code: 200, messageUIDs: [{ groupId: "group-001", messageUID: "C3JH-8VQ4-M2TX-7K0R" }] },
    },
  },
  {
    id: "recallMessage",
    method: "post",
    path: "/message/recall.json",
    tag: "Messages",
    caller: "app-server",
    summary: "Take back a message",
    description: `Takes back a message in the name of its sender or of an admin. If a user sent it to a bot, the bot's answer stops, or does not begin; a bot's own message is taken back in the IM. ${forwarded}`,
    success: "The message was taken back.",
    body: {
      contentType: "application/x-www-form-urlencoded",
      schema: recallSchema,
      example: {
        fromUserId: "user-001",
        conversationType: "1",
        targetId: "bot-001",
        messageUID: "C3JH-8VQ4-M2TX-7K0R",
        sentTime: "1767225600000",
      },
    },
    proxied: true,
    reply: { schema: done, example: { code: 200 } },
  },
  {
    id: "publishPrivateStatus",
    method: "post",
    path: "/statusmessage/private/publish.json",
    tag: "Messages",
    caller: "app-server",
    summary: "Send a private status message",
    description: `Shows users a status, such as that the bot is typing. ${statusEffect}`,
    success: "The status message was accepted.",
    body: {
      contentType: "application/x-www-form-urlencoded",
      schema: privateMessageSchema,
      example: { fromUserId: "bot-001", toUserId: ["user-001"], ...typing },
    },
    proxied: true,
    reply: { schema: done, example: { code: 200 } },
  },
  {
    id: "publishGroupStatus",
    method: "post",
    path: "/statusmessage/group/publish.json",
    tag: "Messages",
    caller: "app-server",
    summary: "Send a status message to groups",
    description: `Shows members of groups a status. ${statusEffect}`,
    success: "The status message was accepted.",
    body: {
      contentType: "application/x-www-form-urlencoded",
      schema: groupMessageSchema,
      example: { fromUserId: "bot-001", toGroupId: ["group-001"], ...typing },
    },
    proxied: true,
    reply: { schema: done, example: { code: 200 } },
  },
  {
    id: "publishPrivateChunk",
    method: "post",
    path: "/v3/message/private/publish_stream.json",
    tag: "Messages",
    caller: "app-server",
    summary: "Stream a message to a user",
    description: chunkEffect,
    success: "The chunk was accepted.",
    body: {
      contentType: "application/json",
      schema: privateChunkSchema,
      example: {
        fromUserId: "bot-001",
        toUserId: "user-001",
        objectName: "RC:StreamMsg",
        content: firstChunk,
      },
    },
    proxied: true,
    reply: chunkReply,
  },
  {
    id: "publishGroupChunk",
    method: "post",
    path: "/v3/message/group/publish_stream.json",
    tag: "Messages",
    caller: "app-server",
    summary: "Stream a message to a group",
    description: chunkEffect,
    success: "The chunk was accepted.",
    body: {
      contentType: "application/json",
      schema: groupChunkSchema,
      example: {
        fromUserId: "bot-001",
        toGroupId: "group-001",
        objectName: "RC:StreamMsg",
        content: firstChunk,
      },
    },
    proxied: true,
    reply: chunkReply,
  },
];
