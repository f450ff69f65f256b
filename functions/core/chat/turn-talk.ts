import type { BotStore } from "#core/bot/bot.ts";
import { isDify } from "#core/bot/integration.ts";
import { callerError } from "#core/shared/errors.ts";
import { findOwnTurn } from "./chat-access.ts";
import type { ChatTurnStore } from "./chat-turn.ts";
import type { ChatUser } from "./chat-user.ts";
import type { DifyMessage, DifyMessages, Feedback } from "./dify-messages.ts";

export interface TurnTalkPorts {
  readonly turns: Pick<ChatTurnStore, "find">;
  readonly bots: Pick<BotStore, "open">;
  readonly messages: DifyMessages;
}

/** What a user can do with an answer once they have it. All reject with a BridgeError, `not_found` for another user's turn. */
export interface TurnTalk {
  suggest(user: ChatUser, botUserId: string, turn: string): Promise<readonly string[]>;
  rate(user: ChatUser, botUserId: string, turn: string, feedback: Feedback): Promise<void>;
}

export const makeTurnTalk = ({ turns, bots, messages }: TurnTalkPorts): TurnTalk => {
  /** Undefined where Dify has none, as of a workflow's answer. */
  const messageOf = async (
    user: ChatUser,
    botUserId: string,
    turn: string,
  ): Promise<DifyMessage | undefined> => {
    const [{ named, integrationType }, bot] = await Promise.all([
      findOwnTurn(turns, user, botUserId, turn),
      bots.open(user.appKey, botUserId),
    ]);
    const integration = bot?.integrations.filter(isDify).find(({ type }) => type === integrationType);
    if (!integration || named?.messageId === undefined) return undefined;
    return { integration, messageId: named.messageId, user: named.user };
  };

  return {
    suggest: async (...asked) => {
      const message = await messageOf(...asked);
      return message ? messages.suggest(message) : [];
    },
    rate: async (user, botUserId, turn, feedback) => {
      const message = await messageOf(user, botUserId, turn);
      if (!message) throw callerError("not_found", "turn: Dify has no message for it");
      await messages.rate(message, feedback);
    },
  };
};
