import { botEvent, routedMessage } from "../named-schemas.ts";
import type { Operation } from "../operation.ts";
import { done } from "../replies.ts";

const dropped =
  "What is well signed is answered 200, also what nobody can make sense of: that is logged, counted and left.";

export const callbackOperations: readonly Operation[] = [
  {
    id: "takeRoutedMessage",
    method: "post",
    path: "/callbacks/rongcloud/messages",
    tag: "Callbacks",
    caller: "rongcloud",
    summary: "Takes a copy of a message from RongCloud's full message route",
    description: dropped,
    body: {
      contentType: "application/x-www-form-urlencoded",
      schema: routedMessage,
      example: {
        fromUserId: "user-001",
        toUserId: "bot-001",
        objectName: "RC:TxtMsg",
        content: '{"content":"Hello, who are you?"}',
        channelType: "PERSON",
        msgTimestamp: "1767225600101",
        msgUID: "C3JH-8VQ4-0000-0001",
        source: "iOS",
      },
    },
    reply: { schema: done, example: { code: 200 } },
  },
  {
    id: "takeBotEvent",
    method: "post",
    path: "/callbacks/rongcloud/bot-events",
    tag: "Callbacks",
    caller: "rongcloud",
    summary: "Takes what RongCloud tells the webhook of a bot it hosts",
    description: dropped,
    body: {
      contentType: "application/json",
      schema: botEvent,
      example: {
        type: "message:private",
        timestamp: 1767225600123,
        bot: { userId: "bot-001" },
        data: {
          fromUserId: "user-001",
          toUserId: "bot-001",
          objectName: "RC:TxtMsg",
          content: '{"content":"hello"}',
          channelType: "PERSON",
          msgTimestamp: 1767225600101,
          msgUID: "C3JH-8VQ4-0000-0001",
          source: "iOS",
        },
      },
    },
    reply: { schema: done, example: { code: 200 } },
  },
];
