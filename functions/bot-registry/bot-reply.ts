import * as v from "valibot";
import type { Bot } from "#core/bot/bot.ts";
import { eventTypes } from "#core/bot/event-type.ts";
import { type Integration, storedFlags } from "#core/bot/integration.ts";
import { integrationTypes } from "#core/bot/integration-types.ts";
import { optionsByType } from "#core/bot/options.ts";

/** The options of all types; types may share a schema. */
const optionsReply = v.union([...new Set(Object.values(optionsByType))]);

const integrationReply = v.object({
  type: v.picklist(integrationTypes),
  enabled: v.boolean(),
  callbackUrl: v.string(),
  objectNames: v.array(v.string()),
  events: v.array(v.picklist(eventTypes)),
  stream: v.boolean(),
  handleResponse: v.boolean(),
  ...v.entriesFromList(storedFlags, v.exactOptional(v.boolean())),
  options: optionsReply,
  auth: v.exactOptional(v.object({ apiKey: v.pipe(v.string(), v.description("Masked: `app-****3f9c`.")) })),
});

const time = v.pipe(v.number(), v.integer(), v.description("Milliseconds since the epoch."));

/** A bot as the API returns it: with defaults for omitted fields, and masked keys. */
export const botReply = v.object({
  userId: v.string(),
  name: v.string(),
  type: v.string(),
  profileUrl: v.string(),
  metadata: v.record(v.string(), v.string()),
  integrations: v.exactOptional(v.array(integrationReply)),
  createdAt: time,
  updatedAt: time,
});

/** A page of an app's bots, and their total number. */
export const botsReply = v.object({
  bots: v.array(botReply),
  total: v.pipe(v.number(), v.integer(), v.minValue(0)),
  hasNext: v.boolean(),
});

type BotReply = v.InferOutput<typeof botReply>;
type IntegrationReply = v.InferOutput<typeof integrationReply>;
export type BotsReply = v.InferOutput<typeof botsReply>;

const toIntegrationReply = (integration: Integration): IntegrationReply => {
  const { type, enabled, callbackUrl, objectNames, events, stream, handleResponse, options } = integration;
  return {
    type,
    enabled,
    callbackUrl,
    objectNames: [...objectNames],
    events: [...events],
    stream,
    handleResponse,
    ...Object.fromEntries(
      storedFlags.flatMap((flag) => (integration[flag] === undefined ? [] : [[flag, integration[flag]]])),
    ),
    options,
    ...(integration.type !== "webhook" && { auth: { apiKey: integration.maskedApiKey } }),
  };
};

/** Fields are listed explicitly, so that other fields of a record are not exposed. */
export const toBotReply = (bot: Bot, withIntegrations: boolean): BotReply => {
  const { userId, name, type, profileUrl, metadata, integrations, createdAt, updatedAt } = bot;
  return {
    userId,
    name,
    type,
    profileUrl,
    metadata,
    ...(withIntegrations && { integrations: integrations.map(toIntegrationReply) }),
    createdAt,
    updatedAt,
  };
};
