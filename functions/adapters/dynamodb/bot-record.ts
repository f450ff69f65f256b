import * as v from "valibot";
import type { Bot, OpenBot } from "../../core/bot.ts";
import { eventTypes } from "../../core/event-type.ts";
import {
  difyTypes,
  type Integration,
  integrationTypes,
  type OpenIntegration,
} from "../../core/integration.ts";
import type { AppWithKeys } from "../secrets/app-secrets.ts";
import { seal, unseal } from "../secrets/key-cipher.ts";

const integrationBase = {
  enabled: v.boolean(),
  callbackUrl: v.string(),
  objectNames: v.array(v.string()),
  events: v.array(v.picklist(eventTypes)),
  stream: v.boolean(),
  handleResponse: v.boolean(),
};

const integrationRecord = v.variant("type", [
  v.object({ ...integrationBase, type: v.literal("webhook") }),
  v.object({ ...integrationBase, type: v.picklist(difyTypes), sealedApiKey: v.string() }),
]);

type IntegrationRecord = v.InferOutput<typeof integrationRecord>;

/** How a bot stands in the table. Integrations are a map by type, so that two updates at once lose neither. */
export const botRecord = v.object({
  userId: v.string(),
  name: v.string(),
  type: v.string(),
  profileUrl: v.string(),
  metadata: v.record(v.string(), v.string()),
  integrations: v.record(v.string(), integrationRecord),
  createdAt: v.number(),
  updatedAt: v.number(),
});

export type BotRecord = v.InferOutput<typeof botRecord>;

const sealContext = ({ appKey }: AppWithKeys, botUserId: string, type: string) => [appKey, botUserId, type];

const toIntegrationRecord = (
  app: AppWithKeys,
  botUserId: string,
  integration: OpenIntegration,
): IntegrationRecord => {
  const { objectNames, events, ...rest } = integration;
  const lists = { objectNames: [...objectNames], events: [...events] };
  if (rest.type === "webhook") return { ...rest, ...lists };
  const { apiKey, ...open } = rest;
  const sealedApiKey = seal(app.dataKeys, apiKey, sealContext(app, botUserId, open.type));
  return { ...open, ...lists, sealedApiKey };
};

export const toBotRecord = (app: AppWithKeys, bot: OpenBot): BotRecord => ({
  ...bot,
  metadata: { ...bot.metadata },
  integrations: Object.fromEntries(
    bot.integrations.map((integration) => [
      integration.type,
      toIntegrationRecord(app, bot.userId, integration),
    ]),
  ),
});

/** A map keeps no order, so the types' own serves. */
const inOrder = ({ integrations }: BotRecord): IntegrationRecord[] =>
  integrationTypes.flatMap((type) => integrations[type] ?? []);

const withoutKey = (record: IntegrationRecord): Integration => {
  if (record.type === "webhook") return record;
  const { sealedApiKey: _sealed, ...integration } = record;
  return integration;
};

export const toBot = (record: BotRecord): Bot => ({
  ...record,
  integrations: inOrder(record).map(withoutKey),
});

export const toOpenBot = (app: AppWithKeys, record: BotRecord): OpenBot => ({
  ...record,
  integrations: inOrder(record).map((integration): OpenIntegration => {
    if (integration.type === "webhook") return integration;
    const { sealedApiKey, ...open } = integration;
    const context = sealContext(app, record.userId, open.type);
    return { ...open, apiKey: unseal(app.dataKeys, sealedApiKey, context) };
  }),
});
