import type { Clock } from "#core/shared/clock.ts";
import { callerError } from "#core/shared/errors.ts";
import type { BotStore } from "./bot.ts";
import type { OpenIntegration } from "./integration.ts";
import { quote, unknownBot } from "./registry-faults.ts";

export interface AddIntegrationPorts {
  readonly bots: BotStore;
  readonly clock: Clock;
}

/** @throws BridgeError `bad_parameter` for an unknown bot, and for one that has an integration of the type already. */
export const makeAddIntegration =
  ({ bots, clock }: AddIntegrationPorts) =>
  async (appKey: string, userId: string, integration: OpenIntegration): Promise<void> => {
    const added = await bots.addIntegration(appKey, userId, integration, clock.now());
    if (added === "unknown_bot") throw unknownBot(userId);
    if (added === "exists") {
      throw callerError(
        "bad_parameter",
        `type: this bot has an integration of this type already, got ${quote(integration.type)}`,
      );
    }
  };
