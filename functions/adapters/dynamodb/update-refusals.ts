import type { BotChanges, BotRefusal, IntegrationRefusal } from "#core/bot/bot.ts";
import { hasPlainKey, type IntegrationChanges, type IntegrationInput } from "#core/bot/integration.ts";
import type { IntegrationType } from "#core/bot/integration-types.ts";
import { type BotRecord, optionsAttribute, requiresOptions } from "./bot-record.ts";

/** Why the stored bot does not allow an update; undefined if it does. */
type RefusalBy<Refusal> = (stored: BotRecord) => Refusal | undefined;

const isKeyOf = ({ integrations }: BotRecord, type: IntegrationType, maskedApiKey: string): boolean => {
  const integration = integrations[type];
  return (
    integration !== undefined && integration.type !== "webhook" && integration.maskedApiKey === maskedApiKey
  );
};

const refusalOf = (stored: BotRecord, sent: IntegrationInput): BotRefusal | undefined => {
  const { type } = sent;
  if (!hasPlainKey(sent) && !isKeyOf(stored, type, sent.maskedApiKey)) return { status: "wrong_key", type };
  const lacksOptions = sent.options === undefined && stored[optionsAttribute(type)] === undefined;
  return lacksOptions && requiresOptions(type) ? { status: "missing_options", type } : undefined;
};

/** The refusal of the first integration that has one. */
export const botRefusal =
  ({ integrations = [] }: BotChanges): RefusalBy<BotRefusal> =>
  (stored) =>
    integrations.map((sent) => refusalOf(stored, sent)).find((refusal) => refusal !== undefined);

export const hasIntegration =
  (type: IntegrationType): RefusalBy<{ readonly status: "exists" }> =>
  ({ integrations }) =>
    integrations[type] && { status: "exists" };

export const lacksIntegration =
  (type: IntegrationType): RefusalBy<{ readonly status: "unknown_integration" }> =>
  ({ integrations }) =>
    integrations[type] ? undefined : { status: "unknown_integration" };

export const integrationRefusal =
  (type: IntegrationType, changes: IntegrationChanges): RefusalBy<IntegrationRefusal> =>
  (stored) => {
    const missing = lacksIntegration(type)(stored);
    if (missing) return missing;
    if ("apiKey" in changes || changes.maskedApiKey === undefined) return undefined;
    return isKeyOf(stored, type, changes.maskedApiKey) ? undefined : { status: "wrong_key", type };
  };
