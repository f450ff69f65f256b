import * as v from "valibot";
import { maxIdCharacters } from "#adapters/api-gateway/path-parameter.ts";
import { integerBetween, stringOf } from "#core/shared/rules.ts";
import { feedbackSchema } from "../../functions/chat-control/feedback-schema.ts";
import {
  conversationQuery,
  defaultMessages,
  maxMessages,
  messagesQuery,
  uploadQuery,
} from "../../functions/chat-control/queries.ts";
import { chatHeaders, chatSchema, inputSchema } from "../../functions/chat-stream/chat-schema.ts";
import type { Operation, Parameter } from "../operation.ts";
import { chatAnswer, conversation, done, messages, suggestions, upload } from "../reply-schemas.ts";

const contentType = "application/json";
const base = "/v1/bots/{userId}";

const pathId = stringOf(1, maxIdCharacters);

const bot: Parameter = {
  name: "userId",
  in: "path",
  description: "The bot's user ID.",
  schema: pathId,
  example: "bot-001",
};
const turn: Parameter = {
  name: "turn",
  in: "path",
  description: "The ID of the turn, from the `start` event or the complete answer.",
  schema: pathId,
  example: "0f1e2d3c-4b5a-4978-8796-a5b4c3d2e1f0",
};
const name: Parameter = {
  name: "conversation",
  in: "query",
  description: "The name of the conversation. If omitted, the user's IM conversation with the bot.",
  schema: conversationQuery.entries.conversation.wrapped,
  example: "trip",
};
const idempotencyKey: Parameter = {
  name: "Idempotency-Key",
  in: "header",
  description:
    "Identifies the question across retries: a request with the same key and body returns the same turn from its beginning. Only a turn with a key can be resumed, until ten minutes after its end.",
  schema: chatHeaders.entries["Idempotency-Key"].wrapped,
  example: "5b0f7c3e",
};
const lastEventId: Pick<Parameter, "description" | "schema" | "example"> = {
  description: "The `id` of the last event that the client received. If omitted, all events are sent.",
  schema: v.string(),
  example: "1.0.10",
};

/** As a client builds it; the function reads the form itself. */
const uploadForm = v.object({
  file: v.pipe(
    v.string(),
    v.metadata({ format: "binary" }),
    v.description("The file, with its name. The only part."),
  ),
});

const stream =
  "The response is a stream of server-sent events, each a `ChatEvent`: `start`, then any number of `delta` and `replace` (and, with `parts`, `reasoning` and `file`), at last `end` or `error`. A comment every 10 seconds keeps the connection open.";

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
    summary: "Ask a bot",
    description: `Asks a bot a question. ${stream}\n\nWith \`Accept: application/json\`, the response is the complete answer, after at most 4.5 minutes.`,
    success: "The answer, as a stream of events or complete.",
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
    errors: ["BadRequest", "PayloadTooLarge", "Conflict", "AnswerFailed"],
  },
  {
    id: "continueTurn",
    method: "post",
    path: `${base}/turns/{turn}/input`,
    tag: "Chat",
    caller: "user",
    summary: "Fill in a form",
    description: `Continues a turn that ended with \`paused\` and a \`form\`. ${stream} The answer is only what is new.`,
    success: "The rest of the answer, as a stream of events or complete.",
    parameters: [bot, turn],
    body: {
      contentType,
      schema: inputSchema,
      example: { action: "approve", inputs: { reason: "The amount is correct." } },
    },
    streamExample:
      frame("2.0.0", "start", { turn: turn.example, conversation: "trip" }) +
      frame("2.0.9", "delta", { content: "Approved." }) +
      frame("2.end", "end", { stopped: false, usage: { totalTokens: 42 }, sources: [] }),
    reply: {
      schema: chatAnswer,
      example: {
        turn: turn.example,
        conversation: "trip",
        content: "Approved.",
        usage: { totalTokens: 42 },
        sources: [],
        stopped: false,
      },
    },
    errors: ["BadRequest", "PayloadTooLarge", "Conflict", "AnswerFailed"],
  },
  {
    id: "resumeTurn",
    method: "get",
    path: `${base}/turns/{turn}/events`,
    tag: "Chat",
    caller: "user",
    summary: "Resume a stream",
    description: `Sends the events that the client has missed, and streams the rest of the answer. Only for questions with an Idempotency-Key. ${stream} After the event of a \`Last-Event-ID\`, there is no \`start\`.`,
    success: "The remaining events of the answer.",
    parameters: [
      bot,
      turn,
      { name: "Last-Event-ID", in: "header", ...lastEventId },
      { name: "lastEventId", in: "query", ...lastEventId },
    ],
    streamExample: frame("1.0.11", "delta", { content: " bot." }) + end,
    noContent: "The client has received the last event.",
    errors: ["BadRequest"],
  },
  {
    id: "stopTurn",
    method: "post",
    path: `${base}/turns/{turn}/stop`,
    tag: "Chat",
    caller: "user",
    summary: "Stop an answer",
    description:
      "Stops a running answer. Its stream ends within seconds, with `end` and `stopped: true`. A finished answer does not change.",
    success: "The answer stops or has finished.",
    parameters: [bot, turn],
    reply: { schema: done, example: { code: 200 } },
  },
  {
    id: "rateTurn",
    method: "post",
    path: `${base}/turns/{turn}/feedback`,
    tag: "Chat",
    caller: "user",
    summary: "Rate an answer",
    description:
      "Sends the user's rating to the model's server. Returns 404 if the model accepts no ratings.",
    success: "The rating was sent.",
    parameters: [bot, turn],
    body: { contentType, schema: feedbackSchema, example: { rating: "like", content: "That helped." } },
    reply: { schema: done, example: { code: 200 } },
    errors: ["BadRequest", "PayloadTooLarge"],
  },
  {
    id: "getSuggestedQuestions",
    method: "get",
    path: `${base}/turns/{turn}/suggested`,
    tag: "Chat",
    caller: "user",
    summary: "Get suggested questions",
    description: "Returns questions that the user might ask next. Empty if the model suggests none.",
    success: "The suggested questions.",
    parameters: [bot, turn],
    reply: { schema: suggestions, example: { code: 200, suggested: ["And what can you do?"] } },
  },
  {
    id: "getConversation",
    method: "get",
    path: `${base}/conversation`,
    tag: "Chat",
    caller: "user",
    summary: "Get a conversation",
    description: "Returns when a conversation began, when it expires, and its number of turns.",
    success: "The conversation.",
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
    id: "getMessages",
    method: "get",
    path: `${base}/conversation/messages`,
    tag: "Chat",
    caller: "user",
    summary: "Get the messages of a conversation",
    description:
      "Returns questions and answers of a conversation in progress: from Dify, or the last ones that the bridge keeps for an OpenAI-compatible API. A reply may have fewer than `limit`, with `hasMore`.",
    success: "The newest messages, or those before `before`.",
    parameters: [
      bot,
      name,
      {
        name: "limit",
        in: "query",
        description: `The maximum number of messages. Default: ${defaultMessages}.`,
        schema: integerBetween(1, maxMessages),
        example: 20,
      },
      {
        name: "before",
        in: "query",
        description: "The ID of a message. If omitted, the reply ends with the newest message.",
        schema: messagesQuery.entries.before.wrapped,
        example: "9dbe207d-501e-4b56-9fa9-4d63c84c1613",
      },
    ],
    reply: {
      schema: messages,
      example: {
        code: 200,
        messages: [
          {
            id: "9dbe207d-501e-4b56-9fa9-4d63c84c1613",
            turn: "dify_chat.9dbe207d-501e-4b56-9fa9-4d63c84c1613",
            question: "Hello, who are you?",
            answer: "I am a bot.",
            askedAt: 1767225600000,
            rating: "like",
            files: [{ type: "image", url: "https://example.com/bot.png", name: null }],
          },
        ],
        hasMore: false,
      },
    },
    errors: ["BadRequest", "NoMessages"],
  },
  {
    id: "uploadFile",
    method: "post",
    path: `${base}/files`,
    tag: "Chat",
    caller: "user",
    summary: "Upload a file",
    description:
      "Passes a file of at most 4 MB on to the bot's Dify app, for questions of the same user to the same bot. The bridge keeps nothing of it. OpenAI-compatible APIs take files by URL only.",
    success: "The file, as `files` of a question takes it.",
    parameters: [
      bot,
      {
        name: "integration",
        in: "query",
        description: "Type of the integration that will answer. If omitted, the bot's first enabled one.",
        schema: uploadQuery.entries.integration.wrapped,
        example: "dify_chatflow",
      },
    ],
    body: {
      contentType: "multipart/form-data",
      schema: uploadForm,
      example: { file: "(bytes of photo.png)" },
    },
    reply: {
      schema: upload,
      example: { code: 200, file: { type: "image", id: "d1.c2VhbGVk" } },
    },
    errors: ["BadRequest", "PayloadTooLarge", "UnsupportedMediaType", "NoUploads"],
  },
  {
    id: "deleteConversation",
    method: "delete",
    path: `${base}/conversation`,
    tag: "Chat",
    caller: "user",
    summary: "Delete a conversation",
    description: "The bot forgets the conversation. The next question begins a new one.",
    success: "The conversation was deleted.",
    parameters: [bot, name],
    reply: { schema: done, example: { code: 200 } },
    errors: ["BadRequest"],
  },
];
