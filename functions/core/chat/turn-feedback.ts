import type { Feedback, Models } from "#core/answer/model.ts";
import type { BotStore } from "#core/bot/bot.ts";
import { callerError } from "#core/shared/errors.ts";
import { findOwnTurn } from "./chat-access.ts";
import type { ChatTurnStore } from "./chat-turn.ts";
import type { ChatUser } from "./chat-user.ts";
import { readMessageTurn } from "./message-turn.ts";
import { type ModelTurn, modelTurnOf, modelTurnOfMessage } from "./model-turn.ts";

export interface TurnFeedbackPorts {
  readonly turns: Pick<ChatTurnStore, "find">;
  readonly bots: Pick<BotStore, "findWithKeys">;
  readonly models: Models;
}

/**
 * What a user can do with a finished answer, by its turn or as `writeMessageTurn` names its message. Both methods reject with a BridgeError, `not_found` for another user's
 * turn.
 */
export interface TurnFeedback {
  /** Suggested next questions; empty if the model suggests none. */
  suggest(user: ChatUser, botUserId: string, turn: string): Promise<readonly string[]>;
  /** Also rejects with `not_found` if the turn cannot be rated or its model does not accept ratings. */
  rate(user: ChatUser, botUserId: string, turn: string, feedback: Feedback): Promise<void>;
}

export const makeTurnFeedback = ({ turns, bots, models }: TurnFeedbackPorts): TurnFeedback => {
  const findModelTurn = async (
    user: ChatUser,
    botUserId: string,
    turn: string,
  ): Promise<ModelTurn | undefined> => {
    const message = readMessageTurn(turn);
    if (message) {
      const bot = await bots.findWithKeys(user.appKey, botUserId);
      return modelTurnOfMessage(models, bot, user.userId, message);
    }
    const [found, bot] = await Promise.all([
      findOwnTurn(turns, user, botUserId, turn),
      bots.findWithKeys(user.appKey, botUserId),
    ]);
    return modelTurnOf(models, bot, found);
  };

  return {
    suggest: async (user, botUserId, turn) => {
      const modelTurn = await findModelTurn(user, botUserId, turn);
      return (await modelTurn?.model.suggest?.(modelTurn.integration, modelTurn.reference)) ?? [];
    },
    rate: async (user, botUserId, turn, feedback) => {
      const modelTurn = await findModelTurn(user, botUserId, turn);
      if (!modelTurn) {
        throw callerError(
          "not_found",
          "turn: cannot be rated; it never reached the model, or the integration was removed",
        );
      }
      if (!modelTurn.model.rate) throw callerError("not_found", "turn: the model does not accept ratings");
      await modelTurn.model.rate(modelTurn.integration, modelTurn.reference, feedback);
    },
  };
};
