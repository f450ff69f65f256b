import type { Clock } from "#core/shared/clock.ts";
import { callerError } from "#core/shared/errors.ts";
import type { BotStore, OpenBot } from "./bot.ts";
import { quote } from "./registry-faults.ts";

export type BotDraft = Omit<OpenBot, "createdAt" | "updatedAt">;

export interface CreateBotPorts {
  readonly bots: BotStore;
  readonly clock: Clock;
  /** How many bots an app may have. */
  readonly cap: number;
}

/** @throws BridgeError `bad_parameter` when the id is taken or the app is full. */
export const makeCreateBot =
  ({ bots, clock, cap }: CreateBotPorts) =>
  async (appKey: string, draft: BotDraft): Promise<void> => {
    const now = clock.now();
    const created = await bots.create(appKey, { ...draft, createdAt: now, updatedAt: now }, cap);
    if (created === "exists") {
      throw callerError(
        "bad_parameter",
        `userId: a bot of this id exists already, got ${quote(draft.userId)}`,
      );
    }
    if (created === "over_cap") {
      throw callerError("bad_parameter", `userId: this app has its ${cap} bots already, got one more`);
    }
  };
