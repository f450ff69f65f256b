import type { BotChanges, OtherKey } from "#core/bot/bot.ts";
import { type IntegrationChanges, type IntegrationType, isOpen } from "#core/bot/integration.ts";
import type { BotRecord } from "./bot-record.ts";

/** Why the bot that is kept refuses an update; undefined where it would not. */
type RefusalBy<Refusal> = (kept: BotRecord) => Refusal | undefined;

const isKeyOf = ({ integrations }: BotRecord, type: IntegrationType, maskedApiKey: string): boolean => {
  const integration = integrations[type];
  return (
    integration !== undefined && integration.type !== "webhook" && integration.maskedApiKey === maskedApiKey
  );
};

/** The first key that was sent in its masked form and is not the one kept. */
export const otherKeyIn =
  ({ integrations = [] }: BotChanges): RefusalBy<OtherKey> =>
  (kept) => {
    const other = integrations.find((sent) => !isOpen(sent) && !isKeyOf(kept, sent.type, sent.maskedApiKey));
    return other && { otherKeyOf: other.type };
  };

export const hasIntegration =
  (type: IntegrationType): RefusalBy<"exists"> =>
  ({ integrations }) =>
    integrations[type] && "exists";

export const lacksIntegration =
  (type: IntegrationType): RefusalBy<"unknown_integration"> =>
  ({ integrations }) =>
    integrations[type] ? undefined : "unknown_integration";

export const lacksItsKey =
  (type: IntegrationType, changes: IntegrationChanges): RefusalBy<OtherKey | "unknown_integration"> =>
  (kept) => {
    if (!kept.integrations[type]) return "unknown_integration";
    if ("apiKey" in changes || changes.maskedApiKey === undefined) return undefined;
    return isKeyOf(kept, type, changes.maskedApiKey) ? undefined : { otherKeyOf: type };
  };
