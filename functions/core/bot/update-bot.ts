import type { Clock } from "#core/shared/clock.ts";
import type { BotChanges, BotStore } from "./bot.ts";
import { otherKey, unknownBot } from "./registry-faults.ts";

export interface UpdateBotPorts {
  readonly bots: BotStore;
  readonly clock: Clock;
}

/** @throws BridgeError `bad_parameter` for an unknown bot, and for a masked key that is not the one kept. */
export const makeUpdateBot =
  ({ bots, clock }: UpdateBotPorts) =>
  async (appKey: string, userId: string, changes: BotChanges): Promise<void> => {
    const updated = await bots.update(appKey, userId, changes, clock.now());
    if (updated === "updated") return;
    if (updated === "unknown_bot") throw unknownBot(userId);
    const at = changes.integrations?.findIndex(({ type }) => type === updated.otherKeyOf);
    throw otherKey(`integrations[${at}].auth.apiKey`);
  };
