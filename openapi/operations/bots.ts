import { botIdSchema, botIdsSchema } from "../../functions/bot-registry/bot-schema.ts";
import { pageSchema } from "../../functions/bot-registry/page-schema.ts";
import { botUpdate, newBot } from "../named-schemas.ts";
import type { Operation, Reply } from "../operation.ts";
import { bots, done } from "../reply-schemas.ts";

const contentType = "application/json";
const doneReply: Reply = { schema: done, example: { code: 200 } };

const exampleBot = {
  userId: "bot-001",
  name: "Helpdesk",
  type: "assistant",
  profileUrl: "https://example.com/bot.png",
  metadata: { version: "1" },
};
const timestamps = { createdAt: 1767225600000, updatedAt: 1767225600000 };
const defaults = {
  enabled: true,
  objectNames: [],
  events: [],
  stream: true,
  handleResponse: true,
  options: {},
};
const exampleIntegrations = [
  { type: "webhook", callbackUrl: "https://yourserver.com/callback", ...defaults },
  {
    type: "dify_chatflow",
    callbackUrl: "https://api.dify.ai/v1",
    ...defaults,
    auth: { apiKey: "app-****3f9c" },
  },
];

export const botOperations: readonly Operation[] = [
  {
    id: "createBot",
    method: "post",
    path: "/v3/bot/create.json",
    tag: "Bots",
    caller: "app-server",
    summary: "Create a bot",
    description:
      "Creates a bot with its integrations. The user ID must not belong to another bot of the app. The setting `botsPerApp` limits the number of bots, by default to 10.",
    success: "The bot was created.",
    body: {
      contentType,
      schema: newBot,
      example: {
        userId: "bot-001",
        name: "Helpdesk",
        type: "assistant",
        profileUrl: "https://example.com/bot.png",
        metadata: { version: 1 },
        integrations: [
          { type: "webhook", callbackUrl: "https://yourserver.com/callback" },
          {
            type: "dify_chatflow",
            callbackUrl: "https://api.dify.ai/v1",
            auth: { apiKey: "app-from-dify-3f9c" },
          },
          {
            type: "openai",
            callbackUrl: "https://api.openai.com/v1",
            options: { model: "gpt-5", systemPrompt: "Answer in one sentence." },
            auth: { apiKey: "sk-from-openai-7c2e" },
          },
        ],
      },
    },
    reply: doneReply,
  },
  {
    id: "updateBot",
    method: "post",
    path: "/v3/bot/update.json",
    tag: "Bots",
    caller: "app-server",
    summary: "Change a bot",
    description:
      "Changes the fields that are sent. `metadata` and `integrations` replace the stored values entirely; in `integrations`, a masked key and omitted options keep their stored values.",
    success: "The bot was changed.",
    body: {
      contentType,
      schema: botUpdate,
      example: {
        userId: "bot-001",
        name: "Front desk",
        integrations: [
          {
            type: "dify_chatflow",
            callbackUrl: "https://api.dify.ai/v1",
            stream: false,
            auth: { apiKey: "app-****3f9c" },
          },
        ],
      },
    },
    reply: doneReply,
  },
  {
    id: "deleteBot",
    method: "post",
    path: "/v3/bot/delete.json",
    tag: "Bots",
    caller: "app-server",
    summary: "Delete a bot",
    description: "Deletes a bot and its integrations.",
    success: "The bot was deleted.",
    body: { contentType, schema: botIdSchema, example: { userId: "bot-001" } },
    reply: doneReply,
  },
  {
    id: "getBots",
    method: "post",
    path: "/v3/bot/get.json",
    tag: "Bots",
    caller: "app-server",
    summary: "Get bots by ID",
    description:
      "Returns the bots with their integrations, in the order of the request. Unknown IDs are omitted.",
    success: "The bots that exist.",
    body: { contentType, schema: botIdsSchema, example: { userIds: ["bot-001", "bot-002"] } },
    reply: {
      schema: bots,
      example: {
        code: 200,
        bots: [{ ...exampleBot, integrations: exampleIntegrations, ...timestamps }],
        total: 1,
        hasNext: false,
      },
    },
  },
  {
    id: "queryBots",
    method: "post",
    path: "/v3/bot/query.json",
    tag: "Bots",
    caller: "app-server",
    summary: "List bots",
    description: "Returns one page of the app's bots, ordered by user ID.",
    success: "The bots of the page.",
    body: { contentType, schema: pageSchema, example: { page: 1, pageSize: 10, includeIntegration: false } },
    reply: {
      schema: bots,
      example: { code: 200, bots: [{ ...exampleBot, ...timestamps }], total: 1, hasNext: false },
    },
  },
];
