import type { AppWithKeys } from "#adapters/secrets/app-secrets.ts";
import type { BotChanges } from "#core/bot/bot.ts";
import {
  hasPlainKey,
  type Integration,
  type IntegrationChanges,
  type IntegrationInput,
  type IntegrationWithKey,
} from "#core/bot/integration.ts";
import { type IntegrationType, integrationTypes } from "#core/bot/integration-types.ts";
import {
  optionsAttribute,
  requiresOptions,
  toIntegrationRecord,
  toKeyRecord,
  unknownMask,
} from "./bot-record.ts";
import { type ItemPath, makeUpdateExpression, type UpdateExpression } from "./update-expression.ts";

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

const keepKey = (update: UpdateExpression, type: IntegrationType, maskedApiKey: string): void => {
  const path = [...pathOf(type), "maskedApiKey"];
  if (maskedApiKey === unknownMask) {
    update.requireExists([...pathOf(type), "sealedApiKey"]);
    update.requireEqualOrAbsent(path, maskedApiKey);
  } else {
    update.requireEqual(path, maskedApiKey);
  }
};

const replaceIntegration = (
  update: UpdateExpression,
  app: AppWithKeys,
  userId: string,
  { options, ...sent }: IntegrationInput,
): void => {
  if (options !== undefined) setOptions(update, sent.type, options);
  else if (requiresOptions(sent.type)) update.requireExists([optionsAttribute(sent.type)]);
  if (hasPlainKey(sent)) {
    update.set(pathOf(sent.type), toIntegrationRecord(app, userId, sent));
  } else {
    keepKey(update, sent.type, sent.maskedApiKey);
    setEach(update, pathOf(sent.type), sent);
  }
};

const removeIntegration = (update: UpdateExpression, type: IntegrationType): void => {
  update.remove(pathOf(type));
  update.remove([optionsAttribute(type)]);
};

/** One write of the changed fields only. Each type in the array of integrations is written to its own path. */
export const botUpdate = (
  app: AppWithKeys,
  userId: string,
  { integrations, ...fields }: BotChanges,
  now: number,
): UpdateExpression => {
  const update = beginUpdate(now);
  setEach(update, [], fields);
  if (!integrations) return update;
  for (const type of integrationTypes) {
    const sent = integrations.find((each) => each.type === type);
    if (sent) replaceIntegration(update, app, userId, sent);
    else removeIntegration(update, type);
  }
  return update;
};

export const integrationAddition = (
  app: AppWithKeys,
  userId: string,
  integration: IntegrationWithKey,
  now: number,
): UpdateExpression => {
  const update = beginUpdate(now);
  const { options, ...fields } = integration;
  update.requireAbsent(pathOf(fields.type));
  update.set(pathOf(fields.type), toIntegrationRecord(app, userId, fields));
  setOptions(update, fields.type, options);
  return update;
};

export const integrationUpdate = (
  app: AppWithKeys,
  userId: string,
  type: IntegrationType,
  { options, ...changes }: IntegrationChanges,
  now: number,
): UpdateExpression => {
  const update = beginUpdate(now);
  update.requireExists(pathOf(type));
  setOptions(update, type, options);
  if ("apiKey" in changes && type !== "webhook") {
    const { apiKey, maskedApiKey, ...fields } = changes;
    setEach(update, pathOf(type), {
      ...fields,
      ...toKeyRecord(app, userId, type, { apiKey, maskedApiKey }),
    });
  } else {
    setEach(update, pathOf(type), changes);
    if (changes.maskedApiKey !== undefined) keepKey(update, type, changes.maskedApiKey);
  }
  return update;
};

export const integrationRemoval = (type: IntegrationType, now: number): UpdateExpression => {
  const update = beginUpdate(now);
  update.requireExists(pathOf(type));
  removeIntegration(update, type);
  return update;
};
