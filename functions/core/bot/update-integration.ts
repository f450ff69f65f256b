import type { Clock } from "#core/shared/clock.ts";
import type { BotStore } from "./bot.ts";
import type { IntegrationChanges, IntegrationType } from "./integration.ts";
import { otherKey, unknownBot, unknownIntegration } from "./registry-faults.ts";

export interface UpdateIntegrationPorts {
  readonly bots: BotStore;
  readonly clock: Clock;
}

/** @throws BridgeError `bad_parameter` for an unknown bot or integration, and for a masked key that is not the one kept. */
export const makeUpdateIntegration =
  ({ bots, clock }: UpdateIntegrationPorts) =>
  async (
    appKey: string,
    userId: string,
    type: IntegrationType,
    changes: IntegrationChanges,
  ): Promise<void> => {
    const updated = await bots.updateIntegration(appKey, userId, type, changes, clock.now());
    if (updated === "updated") return;
    if (updated === "unknown_bot") throw unknownBot(userId);
    if (updated === "unknown_integration") throw unknownIntegration(type);
    throw otherKey("auth.apiKey");
  };
