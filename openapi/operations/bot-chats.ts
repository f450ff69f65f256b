import { botChatSchema, pauseSchema } from "../../functions/bot-registry/bot-chat-schema.ts";
import type { Operation, Reply } from "../operation.ts";
import { botChat, done } from "../reply-schemas.ts";

const contentType = "application/json";
const reply: Reply = { schema: done, example: { code: 200 } };
const chat = { userId: "bot-001", targetId: "user-014" };

/** They concern the IM alone: a client over HTTP asks the bot directly. */
const overIm = "Answers over HTTP are not affected.";

export const botChatOperations: readonly Operation[] = [
  {
    id: "pauseBotInChat",
    method: "post",
    path: "/v3/bot/chat/pause.json",
    tag: "Bots",
    caller: "app-server",
    summary: "Pause a bot in a chat",
    description: `The bot's models are silent in a chat in the IM until a time, such as while a person talks to the user. Answers in progress stop, and what is sent before \`until\` gets none, also later. A further call moves the end. Webhooks still get every event. ${overIm}`,
    success: "The bot is paused.",
    body: { contentType, schema: pauseSchema, example: { ...chat, until: "2026-01-01T14:00:00Z" } },
    reply: { schema: botChat, example: { code: 200, pausedUntil: 1767276000000 } },
  },
  {
    id: "resumeBotInChat",
    method: "post",
    path: "/v3/bot/chat/resume.json",
    tag: "Bots",
    caller: "app-server",
    summary: "Resume a bot in a chat",
    description:
      "Ends a pause. What was sent before this call gets no answer. Has no effect if the bot is not paused. A pause of a group and that of one of its members end each by itself: `pausedUntil` says whether the other still holds.",
    success: "The pause of this chat has ended.",
    body: { contentType, schema: botChatSchema, example: chat },
    reply: { schema: botChat, example: { code: 200, pausedUntil: null } },
  },
  {
    id: "getBotChat",
    method: "post",
    path: "/v3/bot/chat/get.json",
    tag: "Bots",
    caller: "app-server",
    summary: "Get whether a bot is paused in a chat",
    description: "Returns until when the bot is paused. For a member, a pause of the group counts too.",
    success: "Whether the bot is paused.",
    body: { contentType, schema: botChatSchema, example: chat },
    reply: { schema: botChat, example: { code: 200, pausedUntil: 1767276000000 } },
  },
  {
    id: "resetBotChat",
    method: "post",
    path: "/v3/bot/chat/reset.json",
    tag: "Bots",
    caller: "app-server",
    summary: "Reset a bot's conversation",
    description: `Answers in progress stop, and the next question begins a new conversation with each of the bot's models. In a group \`fromUserId\` is required if a model has a conversation with each member (option \`context\`). ${overIm}`,
    success: "The conversation was reset.",
    body: { contentType, schema: botChatSchema, example: chat },
    reply,
  },
];
