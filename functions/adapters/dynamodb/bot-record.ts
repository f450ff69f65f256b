import * as v from "valibot";
import { parseRecord } from "#adapters/node/parse-record.ts";
import type { AppWithKeys } from "#adapters/secrets/app-secrets.ts";
import type { Bot, BotWithKeys } from "#core/bot/bot.ts";
import { eventTypes } from "#core/bot/event-type.ts";
import {
  hasPlainKey,
  type Integration,
  type IntegrationInput,
  type IntegrationWithKey,
  storedFlags,
} from "#core/bot/integration.ts";
import {
  type IntegrationType,
  integrationTypes,
  type ModelType,
  modelTypes,
} from "#core/bot/integration-types.ts";
import { maskKey } from "#core/bot/key-mask.ts";
import { type OptionsOf, optionsByType } from "#core/bot/options.ts";
import { sealApiKey, unsealApiKey } from "./sealed-api-key.ts";

/** The mask of a key that was stored before masks were. */
export const unknownMask = maskKey("");

/** Whether an integration of this type requires options. */
export const requiresOptions = (type: IntegrationType): boolean => !v.is(optionsByType[type], {});

const integrationBase = {
  enabled: v.boolean(),
  callbackUrl: v.string(),
  objectNames: v.array(v.string()),
  events: v.array(v.picklist(eventTypes)),
  stream: v.boolean(),
  handleResponse: v.boolean(),
  ...v.entriesFromList(storedFlags, v.exactOptional(v.boolean())),
};

const integrationRecord = v.variant("type", [
  v.object({ ...integrationBase, type: v.literal("webhook") }),
  v.object({
    ...integrationBase,
    type: v.picklist(modelTypes),
    sealedApiKey: v.string(),
    /** Stored with the key, so that a bot can be shown without decrypting its keys. */
    maskedApiKey: v.optional(v.string(), unknownMask),
  }),
]);

type IntegrationRecord = v.InferOutput<typeof integrationRecord>;

/** The attribute of a type's options. Separate from the integration, as replacing one without options keeps the stored ones. */
export const optionsAttribute = (type: IntegrationType) => `options:${type}` as const;

/** A bot's item. Integrations are a map by type, so concurrent updates of different types do not overwrite each other. */
export const botRecord = v.object({
  userId: v.string(),
  name: v.string(),
  type: v.string(),
  profileUrl: v.string(),
  metadata: v.record(v.string(), v.string()),
  integrations: v.record(v.string(), integrationRecord),
  ...v.entriesFromList(integrationTypes.map(optionsAttribute), v.optional(v.unknown())),
  createdAt: v.number(),
  updatedAt: v.number(),
});

export type BotRecord = v.InferOutput<typeof botRecord>;

type WithoutOptions<I> = I extends unknown ? Omit<I, "options"> : never;

export const toIntegrationRecord = (
  app: AppWithKeys,
  botUserId: string,
  integration: WithoutOptions<IntegrationWithKey>,
) => {
  if (integration.type === "webhook") return integration;
  const { apiKey, ...fields } = integration;
  return { ...fields, sealedApiKey: sealApiKey(app, { botUserId, ...fields }, apiKey) };
};

export const toBotRecord = (app: AppWithKeys, { integrations, ...bot }: BotWithKeys) => ({
  ...bot,
  integrations: Object.fromEntries(
    integrations.map(({ options: _separate, ...each }) => [
      each.type,
      toIntegrationRecord(app, bot.userId, each),
    ]),
  ),
  ...Object.fromEntries(integrations.map(({ type, options }) => [optionsAttribute(type), options])),
});

/** Strict: an option that this version does not know must not count as disabled. */
const optionsOf = <T extends IntegrationType>(record: BotRecord, type: T): OptionsOf<T> =>
  parseRecord(optionsByType[type], record[optionsAttribute(type)] ?? {}, "the options of a bot record");

/** In the order of the types, as a map has none. */
const integrationsOf = <I>(record: BotRecord, toIntegration: (stored: IntegrationRecord) => I): I[] =>
  integrationTypes.flatMap((type) => {
    const stored = record.integrations[type];
    return stored ? toIntegration(stored) : [];
  });

const fieldsOf = ({ userId, name, type, profileUrl, metadata, createdAt, updatedAt }: BotRecord) => ({
  userId,
  name,
  type,
  profileUrl,
  metadata,
  createdAt,
  updatedAt,
});

export const toBot = (record: BotRecord): Bot => ({
  ...fieldsOf(record),
  integrations: integrationsOf(record, (stored): Integration => {
    if (stored.type === "webhook") return { ...stored, options: optionsOf(record, stored.type) };
    const { sealedApiKey: _sealed, ...integration } = stored;
    return { ...integration, options: optionsOf(record, stored.type) };
  }),
});

/** The encrypted keys of a bot's integrations, or of the one of a type. */
export const sealedKeysOf = ({ integrations }: BotRecord, type?: IntegrationType): string[] =>
  Object.values(integrations).flatMap((stored) =>
    stored.type === "webhook" || (type !== undefined && stored.type !== type) ? [] : stored.sealedApiKey,
  );

/** The key that is stored for a type. @throws Error if there is none, or it cannot be decrypted. */
const storedKey = (app: AppWithKeys, record: BotRecord, type: ModelType): string => {
  const stored = record.integrations[type];
  if (!stored || stored.type === "webhook") throw new Error(`no key is stored for ${type}`);
  return unsealApiKey(app, { botUserId: record.userId, ...stored }, stored.sealedApiKey);
};

/** An integration as an update would store it: with the stored key and options where it has none. */
export const toPreview = (
  app: AppWithKeys,
  record: BotRecord,
  sent: IntegrationInput,
): IntegrationWithKey => {
  if (sent.type === "webhook") return { ...sent, options: sent.options ?? optionsOf(record, sent.type) };
  const { type, options = optionsOf(record, type) } = sent;
  return { ...sent, options, apiKey: hasPlainKey(sent) ? sent.apiKey : storedKey(app, record, type) };
};

export const toOpenBot = (app: AppWithKeys, record: BotRecord): BotWithKeys => ({
  ...fieldsOf(record),
  integrations: integrationsOf(record, (stored): IntegrationWithKey => {
    if (stored.type === "webhook") return { ...stored, options: optionsOf(record, stored.type) };
    const { sealedApiKey, ...open } = stored;
    const apiKey = unsealApiKey(app, { botUserId: record.userId, ...open }, sealedApiKey);
    return { ...open, apiKey, options: optionsOf(record, stored.type) };
  }),
});
