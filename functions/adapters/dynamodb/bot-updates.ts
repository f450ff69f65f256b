import type { AppWithKeys } from "#adapters/secrets/app-secrets.ts";
import type { BotChanges } from "#core/bot/bot.ts";
import {
  hasPlainKey,
  type Integration,
  type IntegrationChanges,
  type IntegrationInput,
  type IntegrationWithKey,
  type PlainKey,
} from "#core/bot/integration.ts";
import { type IntegrationType, integrationTypes, type ModelType } from "#core/bot/integration-types.ts";
import {
  type BotRecord,
  optionsAttribute,
  requiresOptions,
  toIntegrationRecord,
  unknownMask,
} from "./bot-record.ts";
import { isOriginBound, type KeyPlace, sealApiKey, unsealApiKey } from "./sealed-api-key.ts";
import { type ItemPath, makeUpdateExpression, type UpdateExpression } from "./update-expression.ts";

/** The bot as it was read. The conditions of an update no longer hold once what the update takes from it has changed. */
export interface StoredBot {
  readonly app: AppWithKeys;
  readonly stored: BotRecord;
}

const beginUpdate = (now: number): UpdateExpression => {
  const update = makeUpdateExpression();
  update.requireExists(["appKey"]);
  update.set(["updatedAt"], now);
  return update;
};

const setEach = (update: UpdateExpression, path: ItemPath, fields: object): void => {
  for (const [name, value] of Object.entries(fields)) update.set([...path, name], value);
};

const pathOf = (type: IntegrationType): ItemPath => ["integrations", type];

const setOptions = (
  update: UpdateExpression,
  type: IntegrationType,
  options: Integration["options"] | undefined,
): void => {
  if (options !== undefined) update.set([optionsAttribute(type)], options);
};

const requireMask = (update: UpdateExpression, type: IntegrationType, maskedApiKey: string): void => {
  const path = [...pathOf(type), "maskedApiKey"];
  if (maskedApiKey === unknownMask) {
    update.requireExists([...pathOf(type), "sealedApiKey"]);
    update.requireEqualOrAbsent(path, maskedApiKey);
  } else {
    update.requireEqual(path, maskedApiKey);
  }
};

/** While the stored URL is the one that was read, so is the origin that the stored key is bound to. */
const requireSameUrl = (update: UpdateExpression, { stored }: StoredBot, type: IntegrationType): void => {
  update.requireEqual([...pathOf(type), "callbackUrl"], stored.integrations[type]?.callbackUrl);
};

/** The same key, bound to its origin. Undefined if it cannot be decrypted: other changes of the bot must not fail for that. */
const bound = (app: AppWithKeys, place: KeyPlace, sealedApiKey: string): string | undefined => {
  try {
    return sealApiKey(app, place, unsealApiKey(app, place, sealedApiKey));
  } catch {
    return undefined;
  }
};

/** Binds the key of a type that keeps it to the origin, unless it is bound: versions before 0.3 did not. */
const bindKey = (update: UpdateExpression, bot: StoredBot, type: IntegrationType): void => {
  const { app, stored } = bot;
  const integration = stored.integrations[type];
  if (!integration || integration.type === "webhook" || isOriginBound(integration.sealedApiKey)) return;
  const sealed = bound(app, { ...integration, botUserId: stored.userId }, integration.sealedApiKey);
  if (sealed === undefined) return;
  const path = [...pathOf(type), "sealedApiKey"];
  update.requireEqual(path, integration.sealedApiKey);
  requireSameUrl(update, bot, type);
  update.set(path, sealed);
};

const bindOtherKeys = (update: UpdateExpression, bot: StoredBot, type?: IntegrationType): void => {
  for (const other of integrationTypes) if (other !== type) bindKey(update, bot, other);
};

const replaceIntegration = (
  update: UpdateExpression,
  bot: StoredBot,
  { options, ...sent }: IntegrationInput,
): void => {
  if (options !== undefined) setOptions(update, sent.type, options);
  else if (requiresOptions(sent.type)) update.requireExists([optionsAttribute(sent.type)]);
  if (hasPlainKey(sent)) {
    update.set(pathOf(sent.type), toIntegrationRecord(bot.app, bot.stored.userId, sent));
  } else {
    requireMask(update, sent.type, sent.maskedApiKey);
    requireSameUrl(update, bot, sent.type);
    bindKey(update, bot, sent.type);
    setEach(update, pathOf(sent.type), sent);
  }
};

const removeIntegration = (update: UpdateExpression, type: IntegrationType): void => {
  update.remove(pathOf(type));
  update.remove([optionsAttribute(type)]);
};

/** One write of the changed fields only. Each type in the array of integrations is written to its own path. */
export const botUpdate = (
  bot: StoredBot,
  { integrations, ...fields }: BotChanges,
  now: number,
): UpdateExpression => {
  const update = beginUpdate(now);
  setEach(update, [], fields);
  if (!integrations) {
    bindOtherKeys(update, bot);
    return update;
  }
  for (const type of integrationTypes) {
    const sent = integrations.find((each) => each.type === type);
    if (sent) replaceIntegration(update, bot, sent);
    else removeIntegration(update, type);
  }
  return update;
};

export const integrationAddition = (
  bot: StoredBot,
  integration: IntegrationWithKey,
  now: number,
): UpdateExpression => {
  const update = beginUpdate(now);
  const { options, ...fields } = integration;
  update.requireAbsent(pathOf(fields.type));
  update.set(pathOf(fields.type), toIntegrationRecord(bot.app, bot.stored.userId, fields));
  setOptions(update, fields.type, options);
  bindOtherKeys(update, bot, fields.type);
  return update;
};

const setNewKey = (
  update: UpdateExpression,
  bot: StoredBot,
  type: ModelType,
  { apiKey, maskedApiKey }: PlainKey,
  sentUrl: string | undefined,
): void => {
  if (sentUrl === undefined) requireSameUrl(update, bot, type);
  const callbackUrl = sentUrl ?? bot.stored.integrations[type]?.callbackUrl ?? "";
  const sealedApiKey = sealApiKey(bot.app, { botUserId: bot.stored.userId, type, callbackUrl }, apiKey);
  setEach(update, pathOf(type), { sealedApiKey, maskedApiKey });
};

export const integrationUpdate = (
  bot: StoredBot,
  type: IntegrationType,
  { options, ...changes }: IntegrationChanges,
  now: number,
): UpdateExpression => {
  const update = beginUpdate(now);
  update.requireExists(pathOf(type));
  setOptions(update, type, options);
  bindOtherKeys(update, bot, type);
  if ("apiKey" in changes && type !== "webhook") {
    const { apiKey, maskedApiKey, ...fields } = changes;
    setEach(update, pathOf(type), fields);
    setNewKey(update, bot, type, { apiKey, maskedApiKey }, fields.callbackUrl);
  } else {
    setEach(update, pathOf(type), changes);
    if (changes.maskedApiKey !== undefined) requireMask(update, type, changes.maskedApiKey);
    if (changes.callbackUrl !== undefined && type !== "webhook") requireSameUrl(update, bot, type);
    bindKey(update, bot, type);
  }
  return update;
};

export const integrationRemoval = (bot: StoredBot, type: IntegrationType, now: number): UpdateExpression => {
  const update = beginUpdate(now);
  update.requireExists(pathOf(type));
  removeIntegration(update, type);
  bindOtherKeys(update, bot, type);
  return update;
};
