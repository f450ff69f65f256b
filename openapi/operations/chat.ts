import * as v from "valibot";
import { conversationQuery, feedbackSchema } from "../../functions/chat-control/feedback-schema.ts";
import { chatHeaders, chatSchema } from "../../functions/chat-stream/chat-schema.ts";
import type { Operation, Parameter } from "../operation.ts";
import { chatAnswer, conversation, done, suggestions } from "../replies.ts";

const contentType = "application/json";
const base = "/v1/bots/{userId}";

const bot: Parameter = {
  name: "userId",
  in: "path",
  description: "The bot.",
  schema: v.string(),
  example: "bot-001",
};
const turn: Parameter = {
  name: "turn",
  in: "path",
  description: "The turn, as the answer's `start` names it.",
  schema: v.string(),
  example: "0f1e2d3c-4b5a-4978-8796-a5b4c3d2e1f0",
};
const name: Parameter = {
  name: "conversation",
  in: "query",
  description: "A conversation by name; without it, the one that the user has with the bot in the IM.",
  schema: conversationQuery.entries.conversation.wrapped,
  example: "trip",
};
const idempotencyKey: Parameter = {
  name: "Idempotency-Key",
  in: "header",
  description:
    "The same key and question are the same turn: its answer so far is sent again, and then the rest. Only a turn with a key can be resumed, for ten minutes after its end.",
  schema: chatHeaders.entries["Idempotency-Key"].wrapped,
  example: "5b0f7c3e",
};
const lastHeard: Pick<Parameter, "description" | "schema" | "example"> = {
  description: "The `id` of the last event that was received; without it, all events are sent.",
  schema: v.string(),
  example: "1.0.10",
};

/** What a client hears, which no schema says. */
const events = [
  "A stream of server-sent events, each with an `id` that the client gives back to go on from there:",
  "",
  "- `start` `{turn, conversation}`",
  "- `delta` `{content}`: more text",
  "- `replace` `{content}`: in the place of all text so far",
  "- `end` `{stopped, usage, sources}`, `paused: true` where the app waits for a person, `truncated` where the model ended early",
  "- `error` `{code, message, retryable}`; `code` is one of `unavailable`, `timeout`, `refused`, `model`, `conversation_lost`, `empty`, `broken_off`, `unreadable`, `interrupted`, `replay_too_long`, `internal`",
  "",
  "`end` or `error` is the last. A comment each ten seconds keeps the connection open.",
].join("\n");

const frame = (id: string, event: string, data: object): string =>
  `id: ${id}\nevent: ${event}\ndata: ${JSON.stringify(data)}\n\n`;

const end = frame("1.end", "end", { stopped: false, usage: { totalTokens: 42 }, sources: [] });

export const chatOperations: readonly Operation[] = [
  {
    id: "chat",
    method: "post",
    path: `${base}/chat`,
    tag: "Chat",
    caller: "user",
    summary: "Asks a bot, and streams its answer",
    description: `${events}\n\nA client that accepts \`application/json\` alone gets the answer whole.`,
    parameters: [bot, idempotencyKey],
    body: {
      contentType,
      schema: chatSchema,
      example: {
        content: "Hello, who are you?",
        conversation: "trip",
        integration: "dify_chatflow",
        files: [{ type: "image", url: "https://example.com/photo.png" }],
      },
    },
    streamExample:
      frame("1.0.0", "start", { turn: turn.example, conversation: "trip" }) +
      frame("1.0.6", "delta", { content: "I am a" }) +
      frame("1.0.11", "delta", { content: " bot." }) +
      end,
    reply: {
      schema: chatAnswer,
      example: {
        turn: turn.example,
        conversation: "trip",
        content: "I am a bot.",
        usage: { totalTokens: 42 },
        sources: [],
        stopped: false,
      },
    },
    errors: ["BadRequest", "TooLarge", "Busy", "NoAnswer"],
  },
  {
    id: "followTurn",
    method: "get",
    path: `${base}/turns/{turn}/events`,
    tag: "Chat",
    caller: "user",
    summary: "Tells what a client has missed of an answer, and streams the rest",
    description: `For an answer that was asked for with an Idempotency-Key. ${events}`,
    parameters: [
      bot,
      turn,
      { name: "Last-Event-ID", in: "header", ...lastHeard },
      { name: "lastEventId", in: "query", ...lastHeard },
    ],
    streamExample: frame("1.0.11", "delta", { content: " bot." }) + end,
    noContent: "The last event heard was the end.",
    errors: ["BadRequest"],
  },
  {
    id: "stopTurn",
    method: "post",
    path: `${base}/turns/{turn}/stop`,
    tag: "Chat",
    caller: "user",
    summary: "Ends an answer",
    description:
      "Its stream ends within seconds, with `end` and `stopped: true`. One that is over stays as it is.",
    parameters: [bot, turn],
    reply: { schema: done, example: { code: 200 } },
  },
  {
    id: "rateTurn",
    method: "post",
    path: `${base}/turns/{turn}/feedback`,
    tag: "Chat",
    caller: "user",
    summary: "Rates an answer",
    parameters: [bot, turn],
    body: { contentType, schema: feedbackSchema, example: { rating: "like", content: "That helped." } },
    reply: { schema: done, example: { code: 200 } },
    errors: ["BadRequest", "TooLarge"],
  },
  {
    id: "suggestQuestions",
    method: "get",
    path: `${base}/turns/{turn}/suggested`,
    tag: "Chat",
    caller: "user",
    summary: "Gives what the user might ask next",
    description: "Nothing where the app suggests nothing.",
    parameters: [bot, turn],
    reply: { schema: suggestions, example: { code: 200, suggested: ["And what can you do?"] } },
  },
  {
    id: "getConversation",
    method: "get",
    path: `${base}/conversation`,
    tag: "Chat",
    caller: "user",
    summary: "Says when a conversation began, when it expires, and how many turns it has had",
    parameters: [bot, name],
    reply: {
      schema: conversation,
      example: {
        code: 200,
        conversation: "trip",
        startedAt: 1767225600000,
        expiresAt: 1767312000000,
        turns: 2,
      },
    },
    errors: ["BadRequest"],
  },
  {
    id: "forgetConversation",
    method: "delete",
    path: `${base}/conversation`,
    tag: "Chat",
    caller: "user",
    summary: "Forgets a conversation: the next turn begins another",
    parameters: [bot, name],
    reply: { schema: done, example: { code: 200 } },
    errors: ["BadRequest"],
  },
];
