import * as v from "valibot";
import { parseRecord } from "#adapters/node/parse-record.ts";
import type { AppWithKeys } from "#adapters/secrets/app-secrets.ts";
import { seal, unseal } from "#adapters/secrets/key-cipher.ts";
import type { Bot, BotWithKeys } from "#core/bot/bot.ts";
import { eventTypes } from "#core/bot/event-type.ts";
import type { Integration, IntegrationWithKey, PlainKey } from "#core/bot/integration.ts";
import {
  type IntegrationType,
  integrationTypes,
  type ModelType,
  modelTypes,
} from "#core/bot/integration-types.ts";
import { maskKey } from "#core/bot/key-mask.ts";
import { type OptionsOf, optionsByType } from "#core/bot/options.ts";

/** Shown of a key from before masks were kept. */
export const unknownMask = maskKey("");

/** Whether an integration of this type cannot be without options. */
export const requiresOptions = (type: IntegrationType): boolean => !v.is(optionsByType[type], {});

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
  v.object({
    ...integrationBase,
    type: v.picklist(modelTypes),
    sealedApiKey: v.string(),
    /** Kept beside the key, so that a bot is shown without any key being opened. */
    maskedApiKey: v.optional(v.string(), unknownMask),
  }),
]);

type IntegrationRecord = v.InferOutput<typeof integrationRecord>;

/** Apart from the integrations: one that is replaced keeps its options unless it names others. */
export const optionsPlace = (type: IntegrationType) => `options:${type}` as const;

/** How a bot stands in the table. Integrations are a map by type, so that two updates at once lose neither. */
export const botRecord = v.object({
  userId: v.string(),
  name: v.string(),
  type: v.string(),
  profileUrl: v.string(),
  metadata: v.record(v.string(), v.string()),
  integrations: v.record(v.string(), integrationRecord),
  ...v.entriesFromList(integrationTypes.map(optionsPlace), v.optional(v.unknown())),
  createdAt: v.number(),
  updatedAt: v.number(),
});

export type BotRecord = v.InferOutput<typeof botRecord>;

const sealContext = ({ appKey }: AppWithKeys, botUserId: string, type: ModelType) => [
  appKey,
  botUserId,
  type,
];

/** A key as it is kept: sealed for this app, bot and type alone, and what may be shown of it. */
export const toKeyRecord = (
  app: AppWithKeys,
  botUserId: string,
  type: ModelType,
  { apiKey, maskedApiKey }: PlainKey,
) => ({
  sealedApiKey: seal(app.dataKeys, apiKey, sealContext(app, botUserId, type)),
  maskedApiKey,
});

type WithoutOptions<I> = I extends unknown ? Omit<I, "options"> : never;

export const toIntegrationRecord = (
  app: AppWithKeys,
  botUserId: string,
  integration: WithoutOptions<IntegrationWithKey>,
) => {
  if (integration.type === "webhook") return integration;
  const { apiKey: _inClear, ...fields } = integration;
  return { ...fields, ...toKeyRecord(app, botUserId, integration.type, integration) };
};

export const toBotRecord = (app: AppWithKeys, { integrations, ...bot }: BotWithKeys) => ({
  ...bot,
  integrations: Object.fromEntries(
    integrations.map(({ options: _beside, ...each }) => [
      each.type,
      toIntegrationRecord(app, bot.userId, each),
    ]),
  ),
  ...Object.fromEntries(integrations.map(({ type, options }) => [optionsPlace(type), options])),
});

/** Strict: an option that this version does not know must not be taken for one that is off. */
const optionsOf = <T extends IntegrationType>(record: BotRecord, type: T): OptionsOf<T> =>
  parseRecord(optionsByType[type], record[optionsPlace(type)] ?? {}, "the options of a bot record");

/** A map has no order, so they come in that of the types. */
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

export const toOpenBot = (app: AppWithKeys, record: BotRecord): BotWithKeys => ({
  ...fieldsOf(record),
  integrations: integrationsOf(record, (stored): IntegrationWithKey => {
    if (stored.type === "webhook") return { ...stored, options: optionsOf(record, stored.type) };
    const { sealedApiKey, ...open } = stored;
    const context = sealContext(app, record.userId, open.type);
    const apiKey = unseal(app.dataKeys, sealedApiKey, context);
    return { ...open, apiKey, options: optionsOf(record, stored.type) };
  }),
});
