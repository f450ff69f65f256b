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
  optionsPlace,
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

const placeOf = (type: IntegrationType): ItemPath => ["integrations", type];

const setOptions = (
  update: UpdateExpression,
  type: IntegrationType,
  options: Integration["options"] | undefined,
): void => {
  if (options !== undefined) update.set([optionsPlace(type)], options);
};

const keepKey = (update: UpdateExpression, type: IntegrationType, maskedApiKey: string): void => {
  const place = [...placeOf(type), "maskedApiKey"];
  if (maskedApiKey === unknownMask) {
    update.requireExists([...placeOf(type), "sealedApiKey"]);
    update.requireEqualOrAbsent(place, maskedApiKey);
  } else {
    update.requireEqual(place, maskedApiKey);
  }
};

const replaceIntegration = (
  update: UpdateExpression,
  app: AppWithKeys,
  userId: string,
  { options, ...sent }: IntegrationInput,
): void => {
  if (options !== undefined) setOptions(update, sent.type, options);
  else if (requiresOptions(sent.type)) update.requireExists([optionsPlace(sent.type)]);
  if (hasPlainKey(sent)) {
    update.set(placeOf(sent.type), toIntegrationRecord(app, userId, sent));
  } else {
    keepKey(update, sent.type, sent.maskedApiKey);
    setEach(update, placeOf(sent.type), sent);
  }
};

const removeIntegration = (update: UpdateExpression, type: IntegrationType): void => {
  update.remove(placeOf(type));
  update.remove([optionsPlace(type)]);
};

/** One write that touches what is named alone. Of the list of integrations each type is a place of its own. */
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
  update.requireAbsent(placeOf(fields.type));
  update.set(placeOf(fields.type), toIntegrationRecord(app, userId, fields));
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
  update.requireExists(placeOf(type));
  setOptions(update, type, options);
  if ("apiKey" in changes && type !== "webhook") {
    const { apiKey, maskedApiKey, ...fields } = changes;
    setEach(update, placeOf(type), {
      ...fields,
      ...toKeyRecord(app, userId, type, { apiKey, maskedApiKey }),
    });
  } else {
    setEach(update, placeOf(type), changes);
    if (changes.maskedApiKey !== undefined) keepKey(update, type, changes.maskedApiKey);
  }
  return update;
};

export const integrationRemoval = (type: IntegrationType, now: number): UpdateExpression => {
  const update = beginUpdate(now);
  update.requireExists(placeOf(type));
  removeIntegration(update, type);
  return update;
};
