import { type Feedback, type Model, type Models, modelFor } from "#core/answer/model.ts";
import type { BotStore } from "#core/bot/bot.ts";
import { canAnswer, type ModelIntegrationWithKey } from "#core/bot/integration.ts";
import { callerError } from "#core/shared/errors.ts";
import { findOwnTurn } from "./chat-access.ts";
import type { ChatTurnStore } from "./chat-turn.ts";
import type { ChatUser } from "./chat-user.ts";

export interface TurnFeedbackPorts {
  readonly turns: Pick<ChatTurnStore, "find">;
  readonly bots: Pick<BotStore, "findWithKeys">;
  readonly models: Models;
}

/** What a user can do with an answer once they have it. Both reject with a BridgeError, `not_found` for another user's turn. */
export interface TurnFeedback {
  /** What the user might ask next; empty where the model suggests nothing. */
  suggest(user: ChatUser, botUserId: string, turn: string): Promise<readonly string[]>;
  /** Rejects with `not_found` also where the turn cannot be rated, or its model does not accept ratings. */
  rate(user: ChatUser, botUserId: string, turn: string, feedback: Feedback): Promise<void>;
}

interface NamedTurn {
  readonly model: Model;
  readonly integration: ModelIntegrationWithKey;
  readonly reference: string;
}

export const makeTurnFeedback = ({ turns, bots, models }: TurnFeedbackPorts): TurnFeedback => {
  /** Undefined where the model never named the turn, or its integration is gone. */
  const findNamed = async (
    user: ChatUser,
    botUserId: string,
    turn: string,
  ): Promise<NamedTurn | undefined> => {
    const [{ reference, integrationType }, bot] = await Promise.all([
      findOwnTurn(turns, user, botUserId, turn),
      bots.findWithKeys(user.appKey, botUserId),
    ]);
    const integration = bot?.integrations.filter(canAnswer).find(({ type }) => type === integrationType);
    if (!integration || reference === undefined) return undefined;
    return { model: modelFor(models, integration), integration, reference };
  };

  return {
    suggest: async (...asked) => {
      const named = await findNamed(...asked);
      return (await named?.model.suggest?.(named.integration, named.reference)) ?? [];
    },
    rate: async (user, botUserId, turn, feedback) => {
      const named = await findNamed(user, botUserId, turn);
      if (!named) {
        throw callerError(
          "not_found",
          "turn: cannot be rated; it never reached the model, or the integration was removed",
        );
      }
      if (!named.model.rate) throw callerError("not_found", "turn: its model does not accept ratings");
      await named.model.rate(named.integration, named.reference, feedback);
    },
  };
};
