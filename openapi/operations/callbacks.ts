import { botEvent, routedMessage } from "../named-schemas.ts";
import type { Operation } from "../operation.ts";
import { done } from "../reply-schemas.ts";

const dropped =
  "Every correctly signed callback gets status 200. A callback that cannot be parsed is logged and counted, and has no other effect.";

export const callbackOperations: readonly Operation[] = [
  {
    id: "receiveRoutedMessage",
    method: "post",
    path: "/callbacks/rongcloud/messages",
    tag: "Callbacks",
    caller: "rongcloud",
    summary: "Receive a routed message",
    description: `Receives the copy of a message that RongCloud's full message route sends. ${dropped}`,
    success: "The callback was accepted.",
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
    id: "receiveBotEvent",
    method: "post",
    path: "/callbacks/rongcloud/bot-events",
    tag: "Callbacks",
    caller: "rongcloud",
    summary: "Receive a bot event",
    description: `Receives an event that RongCloud sends to the webhook of a bot that RongCloud hosts. ${dropped}`,
    success: "The callback was accepted.",
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
