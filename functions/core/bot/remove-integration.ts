import type { Clock } from "#core/shared/clock.ts";
import type { BotStore } from "./bot.ts";
import type { IntegrationType } from "./integration.ts";
import { unknownBot, unknownIntegration } from "./registry-faults.ts";

export interface RemoveIntegrationPorts {
  readonly bots: BotStore;
  readonly clock: Clock;
}

/** @throws BridgeError `bad_parameter` for an unknown bot or integration. */
export const makeRemoveIntegration =
  ({ bots, clock }: RemoveIntegrationPorts) =>
  async (appKey: string, userId: string, type: IntegrationType): Promise<void> => {
    const removed = await bots.removeIntegration(appKey, userId, type, clock.now());
    if (removed === "unknown_bot") throw unknownBot(userId);
    if (removed === "unknown_integration") throw unknownIntegration(type);
  };
