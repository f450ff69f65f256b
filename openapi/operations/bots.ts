import { botIdSchema, botIdsSchema } from "../../functions/bot-registry/bot-schema.ts";
import { pageSchema } from "../../functions/bot-registry/page-schema.ts";
import { botUpdate, newBot } from "../named-schemas.ts";
import type { Operation, Reply } from "../operation.ts";
import { bots, done } from "../replies.ts";

const contentType = "application/json";
const isDone: Reply = { schema: done, example: { code: 200 } };

const shownBot = {
  userId: "bot-001",
  name: "Helpdesk",
  type: "assistant",
  profileUrl: "https://example.com/bot.png",
  metadata: { version: "1" },
};
const times = { createdAt: 1767225600000, updatedAt: 1767225600000 };
const filledIn = {
  enabled: true,
  objectNames: [],
  events: [],
  stream: true,
  handleResponse: true,
  options: {},
};
const shownIntegrations = [
  { type: "webhook", callbackUrl: "https://yourserver.com/callback", ...filledIn },
  {
    type: "dify_chatflow",
    callbackUrl: "https://api.dify.ai/v1",
    ...filledIn,
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
    summary: "Creates a bot",
    description: "An app has at most as many bots as this service is set to, 10 unless changed.",
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
    reply: isDone,
  },
  {
    id: "updateBot",
    method: "post",
    path: "/v3/bot/update.json",
    tag: "Bots",
    caller: "app-server",
    summary: "Changes a bot",
    description: "What is not named stays as it is.",
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
    reply: isDone,
  },
  {
    id: "deleteBot",
    method: "post",
    path: "/v3/bot/delete.json",
    tag: "Bots",
    caller: "app-server",
    summary: "Deletes a bot",
    body: { contentType, schema: botIdSchema, example: { userId: "bot-001" } },
    reply: isDone,
  },
  {
    id: "getBots",
    method: "post",
    path: "/v3/bot/get.json",
    tag: "Bots",
    caller: "app-server",
    summary: "Gives some bots, by their ids",
    description: "With their integrations, in the order asked for. Ids that no bot has are left out.",
    body: { contentType, schema: botIdsSchema, example: { userIds: ["bot-001", "bot-002"] } },
    reply: {
      schema: bots,
      example: {
        code: 200,
        bots: [{ ...shownBot, integrations: shownIntegrations, ...times }],
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
    summary: "Gives the app's bots, page by page",
    body: { contentType, schema: pageSchema, example: { page: 1, pageSize: 10, includeIntegration: false } },
    reply: {
      schema: bots,
      example: { code: 200, bots: [{ ...shownBot, ...times }], total: 1, hasNext: false },
    },
  },
];
