import { integrationIdSchema } from "../../functions/bot-registry/integration-requests.ts";
import { addedIntegration, integrationUpdate } from "../integration-schemas.ts";
import type { Operation, Reply } from "../operation.ts";
import { done } from "../replies.ts";

const contentType = "application/json";
const reply: Reply = { schema: done, example: { code: 200 } };

export const integrationOperations: readonly Operation[] = [
  {
    id: "createIntegration",
    method: "post",
    path: "/v3/bot/integration/create.json",
    tag: "Integrations",
    caller: "app-server",
    summary: "Gives a bot an integration",
    description: "The bot must have none of its type.",
    body: {
      contentType,
      schema: addedIntegration,
      example: {
        userId: "bot-001",
        type: "dify_chat",
        callbackUrl: "https://api.dify.ai/v1",
        events: ["message:private"],
        auth: { apiKey: "app-from-dify-8b1d" },
      },
    },
    reply,
  },
  {
    id: "updateIntegration",
    method: "post",
    path: "/v3/bot/integration/update.json",
    tag: "Integrations",
    caller: "app-server",
    summary: "Changes an integration of a bot",
    description: "What is not named stays as it is.",
    body: {
      contentType,
      schema: integrationUpdate,
      example: { userId: "bot-001", type: "dify_chat", stream: false },
    },
    reply,
  },
  {
    id: "deleteIntegration",
    method: "post",
    path: "/v3/bot/integration/delete.json",
    tag: "Integrations",
    caller: "app-server",
    summary: "Takes an integration from a bot",
    body: { contentType, schema: integrationIdSchema, example: { userId: "bot-001", type: "dify_chat" } },
    reply,
  },
];
