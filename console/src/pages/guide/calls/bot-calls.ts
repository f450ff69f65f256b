import { type Call, signedJson } from "../command/call.ts";
import type { Values } from "../values.ts";

export const checkHealth: Call = { method: "GET", path: "/health", auth: "none", sent: {} };

export const createBot = ({ botId, botName, profileUrl, webhookUrl }: Values): Call =>
  signedJson(
    "/v3/bot/create.json",
    {
      userId: botId,
      name: botName,
      type: "assistant",
      profileUrl,
      integrations: [{ type: "webhook", callbackUrl: webhookUrl }],
    },
    {
      userId: "botId",
      name: "botName",
      profileUrl: "profileUrl",
      "integrations[0].callbackUrl": "webhookUrl",
    },
  );

export const connectDify = ({ botId, difyType, difyUrl, difyKey }: Values): Call =>
  signedJson(
    "/v3/bot/integration/create.json",
    {
      userId: botId,
      type: difyType,
      callbackUrl: difyUrl,
      auth: { apiKey: difyKey },
      events: ["message:private", "message:group_mentioned"],
    },
    { userId: "botId", type: "difyType", callbackUrl: "difyUrl", "auth.apiKey": "difyKey" },
  );

export const readBot = ({ botId }: Values): Call =>
  signedJson("/v3/bot/get.json", { userIds: [botId] }, { "userIds[0]": "botId" });

export const setFilter = ({ botId, difyType, keyword }: Values): Call =>
  signedJson(
    "/v3/bot/integration/update.json",
    { userId: botId, type: difyType, options: { filter: { contains: [keyword] } } },
    { userId: "botId", type: "difyType", "options.filter.contains[0]": "keyword" },
  );

export const deleteBot = ({ botId }: Values): Call =>
  signedJson("/v3/bot/delete.json", { userId: botId }, { userId: "botId" });
