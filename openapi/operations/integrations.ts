import { integrationIdSchema } from "../../functions/bot-registry/integration-requests.ts";
import { addedIntegration, integrationUpdate } from "../integration-schemas.ts";
import type { Operation, Reply } from "../operation.ts";
import { done } from "../reply-schemas.ts";

const contentType = "application/json";
const reply: Reply = { schema: done, example: { code: 200 } };

export const integrationOperations: readonly Operation[] = [
  {
    id: "createIntegration",
    method: "post",
    path: "/v3/bot/integration/create.json",
    tag: "Integrations",
    caller: "app-server",
    summary: "Add an integration",
    description: "Adds an integration to a bot that has none of its type.",
    success: "The integration was added.",
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
    summary: "Change an integration",
    description: "Changes the fields that are sent. `options` replaces all stored options.",
    success: "The integration was changed.",
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
    summary: "Remove an integration",
    description: "Removes the integration of this type from the bot.",
    success: "The integration was removed.",
    body: { contentType, schema: integrationIdSchema, example: { userId: "bot-001", type: "dify_chat" } },
    reply,
  },
];
