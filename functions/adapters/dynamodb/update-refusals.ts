import { originOf } from "#adapters/http/origin-of.ts";
import type { BotChanges, BotRefusal, IntegrationRefusal } from "#core/bot/bot.ts";
import { hasPlainKey, type IntegrationChanges, type IntegrationInput } from "#core/bot/integration.ts";
import type { IntegrationType } from "#core/bot/integration-types.ts";
import { type BotRecord, optionsAttribute, requiresOptions } from "./bot-record.ts";

/** Why the stored bot does not allow an update; undefined if it does. */
type RefusalBy<Refusal> = (stored: BotRecord) => Refusal | undefined;

interface KeptKey {
  readonly type: IntegrationType;
  /** Undefined: the stored key is kept without its mask. */
  readonly maskedApiKey?: string | undefined;
  /** Undefined: the stored URL is kept. */
  readonly callbackUrl?: string | undefined;
}

/** Why the stored key of a model cannot be kept; undefined if it can. */
const keptKeyRefusal = (
  { integrations }: BotRecord,
  { type, maskedApiKey, callbackUrl }: KeptKey,
): BotRefusal | undefined => {
  const stored = integrations[type];
  const hasKey = stored !== undefined && stored.type !== "webhook";
  if (maskedApiKey !== undefined && (!hasKey || stored.maskedApiKey !== maskedApiKey))
    return { status: "wrong_key", type };
  if (!hasKey || callbackUrl === undefined) return undefined;
  const [from, to] = [originOf(stored.callbackUrl), originOf(callbackUrl)];
  return from === to ? undefined : { status: "new_origin", type, from, to };
};

const refusalOf = (stored: BotRecord, sent: IntegrationInput): BotRefusal | undefined => {
  const { type } = sent;
  const keyRefusal = hasPlainKey(sent) ? undefined : keptKeyRefusal(stored, sent);
  if (keyRefusal) return keyRefusal;
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
    return "apiKey" in changes ? undefined : keptKeyRefusal(stored, { type, ...changes });
  };
