import type { StopDify } from "#core/answer/answer.ts";
import type { BotStore } from "#core/bot/bot.ts";
import { isDify } from "#core/bot/integration.ts";
import { callerError } from "#core/shared/errors.ts";
import type { Log } from "#core/shared/log.ts";
import type { ChatTurnStore } from "./chat-turn.ts";
import type { ChatUser } from "./chat-user.ts";

export interface StopChatTurnPorts {
  readonly turns: Pick<ChatTurnStore, "askStop">;
  readonly bots: Pick<BotStore, "open">;
  readonly stopDify: StopDify;
  readonly log: Log;
}

/**
 * Marks a turn as not wanted any more, so that whichever machine runs it ends it, and tells Dify at once where it has named
 * the turn. One that is over stays as it ended. @throws BridgeError `not_found`, also for another user's.
 */
export const makeStopChatTurn =
  ({ turns, bots, stopDify, log }: StopChatTurnPorts) =>
  async ({ appKey, userId }: ChatUser, botUserId: string, turn: string): Promise<void> => {
    const [asked, bot] = await Promise.all([
      turns.askStop({ appKey, turn }, { userId, botUserId }),
      bots.open(appKey, botUserId),
    ]);
    if (!asked) throw callerError("not_found", "turn: you have no such turn with this bot");
    const integration = bot?.integrations.filter(isDify).find(({ type }) => type === asked.integrationType);
    const { named, state } = asked;
    if (state === "done" || !integration || named?.taskId === undefined) return;
    await stopDify(integration, named.taskId, named.user).catch((error: unknown) => {
      log.warn("dify_not_stopped", { app: appKey, bot: botUserId, turn, reason: String(error) });
    });
  };
