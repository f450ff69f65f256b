import { integrationIdSchema } from "../../functions/bot-registry/integration-requests.ts";
import { addedIntegration, integrationTest, integrationUpdate } from "../integration-schemas.ts";
import type { Operation, Reply } from "../operation.ts";
import { done, testedIntegration } from "../reply-schemas.ts";

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
  {
    id: "testIntegration",
    method: "post",
    path: "/v3/bot/integration/test.json",
    tag: "Integrations",
    caller: "app-server",
    summary: "Test an integration",
    description:
      "Calls what the integration is configured to call, within ten seconds, and says in words what came back and what it means. Nothing is stored, and no user notices. With `type`, tests the stored integration of a bot, with its stored key. With `integration`, tests a draft: alone, it has all fields as in create; with `userId`, a masked key and omitted options are those of the bot. A Dify app is described, not asked. A model whose API does not list it is asked a word. A webhook gets a signed event of type `bridge:ping`.",
    success: "What was found. `ok` says whether every check passed.",
    body: { contentType, schema: integrationTest, example: { userId: "bot-001", type: "dify_chat" } },
    reply: {
      schema: testedIntegration,
      example: {
        code: 200,
        ok: false,
        checks: [
          { name: "reachable", ok: true, detail: "Dify answers." },
          {
            name: "key",
            ok: false,
            detail:
              "401: the API key was rejected. Copy an API key of the app from Dify: API Access, API Key.",
          },
        ],
      },
    },
  },
];
