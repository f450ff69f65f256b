import type { BotStore } from "./bot.ts";
import { unknownBot } from "./registry-faults.ts";

/** @throws BridgeError `bad_parameter` for an unknown bot. */
export const makeDeleteBot =
  ({ bots }: { readonly bots: BotStore }) =>
  async (appKey: string, userId: string): Promise<void> => {
    if (!(await bots.delete(appKey, userId))) throw unknownBot(userId);
  };
