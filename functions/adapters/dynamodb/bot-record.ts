import * as v from "valibot";
import type { AppWithKeys } from "#adapters/secrets/app-secrets.ts";
import { seal, unseal } from "#adapters/secrets/key-cipher.ts";
import type { Bot, OpenBot } from "#core/bot/bot.ts";
import { eventTypes } from "#core/bot/event-type.ts";
import {
  type DifyType,
  difyTypes,
  groupContexts,
  type Integration,
  type IntegrationType,
  integrationTypes,
  type OpenIntegration,
  type OpenKey,
} from "#core/bot/integration.ts";
import { maskKey } from "#core/bot/key-mask.ts";
import { filterKinds } from "#core/bot/keyword-filter.ts";

/** Shown of a key from before masks were kept. */
export const unknownMask = maskKey("");

const filterRecord = v.strictObject(v.entriesFromList(filterKinds, v.exactOptional(v.array(v.string()))));

/** Strict: a setting that this version does not know must not be taken for one that is off. */
const optionsRecord = v.strictObject({
  filter: v.exactOptional(filterRecord),
  everyone: v.exactOptional(v.boolean()),
  context: v.exactOptional(v.picklist(groupContexts)),
  slidingContext: v.exactOptional(v.boolean()),
  showThinking: v.exactOptional(v.boolean()),
  typing: v.exactOptional(v.boolean()),
  errorText: v.exactOptional(v.string()),
});

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
    type: v.picklist(difyTypes),
    sealedApiKey: v.string(),
    /** Kept beside the key, so that a bot is shown without any key being opened. */
    maskedApiKey: v.optional(v.string(), unknownMask),
  }),
]);

type IntegrationRecord = v.InferOutput<typeof integrationRecord>;

/** Beside the integrations, not in them: one that is replaced keeps its options unless it names others. */
export const optionsPlace = (type: IntegrationType) => `options:${type}` as const;

/** How a bot stands in the table. Integrations are a map by type, so that two updates at once lose neither. */
export const botRecord = v.object({
  userId: v.string(),
  name: v.string(),
  type: v.string(),
  profileUrl: v.string(),
  metadata: v.record(v.string(), v.string()),
  integrations: v.record(v.string(), integrationRecord),
  ...v.entriesFromList(integrationTypes.map(optionsPlace), v.optional(optionsRecord, {})),
  createdAt: v.number(),
  updatedAt: v.number(),
});

export type BotRecord = v.InferOutput<typeof botRecord>;

const sealContext = ({ appKey }: AppWithKeys, botUserId: string, type: DifyType) => [appKey, botUserId, type];

/** A key as it is kept: sealed for this app, bot and type alone, and what may be shown of it. */
export const toKeyRecord = (
  app: AppWithKeys,
  botUserId: string,
  type: DifyType,
  { apiKey, maskedApiKey }: OpenKey,
) => ({
  sealedApiKey: seal(app.dataKeys, apiKey, sealContext(app, botUserId, type)),
  maskedApiKey,
});

type WithoutOptions<I> = I extends unknown ? Omit<I, "options"> : never;

export const toIntegrationRecord = (
  app: AppWithKeys,
  botUserId: string,
  integration: WithoutOptions<OpenIntegration>,
) => {
  if (integration.type === "webhook") return integration;
  const { apiKey: _inClear, ...fields } = integration;
  return { ...fields, ...toKeyRecord(app, botUserId, integration.type, integration) };
};

export const toBotRecord = (app: AppWithKeys, { integrations, ...bot }: OpenBot) => ({
  ...bot,
  integrations: Object.fromEntries(
    integrations.map(({ options: _beside, ...each }) => [
      each.type,
      toIntegrationRecord(app, bot.userId, each),
    ]),
  ),
  ...Object.fromEntries(integrations.map(({ type, options }) => [optionsPlace(type), options])),
});

/** A map keeps no order, so the types' own serves. */
const integrationsOf = <I>(
  record: BotRecord,
  toIntegration: (stored: IntegrationRecord & Pick<Integration, "options">) => I,
): I[] =>
  integrationTypes.flatMap((type) => {
    const stored = record.integrations[type];
    return stored ? toIntegration({ ...stored, options: record[optionsPlace(type)] }) : [];
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
    if (stored.type === "webhook") return stored;
    const { sealedApiKey: _sealed, ...integration } = stored;
    return integration;
  }),
});

export const toOpenBot = (app: AppWithKeys, record: BotRecord): OpenBot => ({
  ...fieldsOf(record),
  integrations: integrationsOf(record, (stored): OpenIntegration => {
    if (stored.type === "webhook") return stored;
    const { sealedApiKey, ...open } = stored;
    const context = sealContext(app, record.userId, open.type);
    return { ...open, apiKey: unseal(app.dataKeys, sealedApiKey, context) };
  }),
});
