import { groupMessageSchema, privateMessageSchema } from "../../functions/message-publish/message-schema.ts";
import type { Operation } from "../operation.ts";
import { sentGroupMessage, sentPrivateMessage } from "../reply-schemas.ts";

const triggers =
  "The message triggers the matching integrations of the bots that it addresses; models answer through the IM. A message whose sender is a bot triggers no integration and goes to the IM.";

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
];
