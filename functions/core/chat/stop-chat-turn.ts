import type { Models } from "#core/answer/model.ts";
import type { BotStore } from "#core/bot/bot.ts";
import type { Log } from "#core/shared/log.ts";
import { unknownTurn } from "./chat-access.ts";
import type { ChatTurnStore } from "./chat-turn.ts";
import type { ChatUser } from "./chat-user.ts";
import { modelTurnOf } from "./model-turn.ts";

export interface StopChatTurnPorts {
  readonly turns: Pick<ChatTurnStore, "requestStop">;
  readonly bots: Pick<BotStore, "findWithKeys">;
  readonly models: Models;
  readonly log: Log;
}

/**
 * Requests that a turn stop. The process that runs the turn ends it; the model is stopped immediately if its reference is
 * known. Has no effect on a finished turn. Rejects with a BridgeError `not_found`, also for another user's turn.
 */
export const makeStopChatTurn =
  ({ turns, bots, models, log }: StopChatTurnPorts) =>
  async ({ appKey, userId }: ChatUser, botUserId: string, turn: string): Promise<void> => {
    const [stopped, bot] = await Promise.all([
      turns.requestStop({ appKey, turn }, { userId, botUserId }),
      bots.findWithKeys(appKey, botUserId),
    ]);
    if (!stopped) throw unknownTurn();
    const modelTurn = stopped.state === "done" ? undefined : modelTurnOf(models, bot, stopped);
    await modelTurn?.model.stop?.(modelTurn.integration, modelTurn.reference).catch((error: unknown) => {
      log.warn("model_not_stopped", { app: appKey, bot: botUserId, turn, reason: String(error) });
    });
  };
