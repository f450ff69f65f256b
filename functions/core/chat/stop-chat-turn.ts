import { type Models, modelFor } from "#core/answer/model.ts";
import type { BotStore } from "#core/bot/bot.ts";
import { canAnswer } from "#core/bot/integration.ts";
import { callerError } from "#core/shared/errors.ts";
import type { Log } from "#core/shared/log.ts";
import type { ChatTurnStore } from "./chat-turn.ts";
import type { ChatUser } from "./chat-user.ts";

export interface StopChatTurnPorts {
  readonly turns: Pick<ChatTurnStore, "requestStop">;
  readonly bots: Pick<BotStore, "findWithKeys">;
  readonly models: Models;
  readonly log: Log;
}

/**
 * Requests that a turn stop: the process that runs it ends it, and its model is told at once where it has named the turn. A
 * finished turn stays as it ended. @throws BridgeError `not_found`, also for another user's turn.
 */
export const makeStopChatTurn =
  ({ turns, bots, models, log }: StopChatTurnPorts) =>
  async ({ appKey, userId }: ChatUser, botUserId: string, turn: string): Promise<void> => {
    const [asked, bot] = await Promise.all([
      turns.requestStop({ appKey, turn }, { userId, botUserId }),
      bots.findWithKeys(appKey, botUserId),
    ]);
    if (!asked) throw callerError("not_found", "turn: no such turn for this user and bot");
    const integration = bot?.integrations
      .filter(canAnswer)
      .find(({ type }) => type === asked.integrationType);
    const { reference, state } = asked;
    if (state === "done" || !integration || reference === undefined) return;
    await modelFor(models, integration)
      .stop?.(integration, reference)
      .catch((error: unknown) => {
        log.warn("model_not_stopped", { app: appKey, bot: botUserId, turn, reason: String(error) });
      });
  };
