import { BridgeError, callerError } from "#core/shared/errors.ts";
import type { ChatTurn, ChatTurnStore } from "./chat-turn.ts";
import type { ChatUser } from "./chat-user.ts";

/** @throws BridgeError `forbidden` where the user's token is bound to other bots. */
export const checkBot = ({ bots }: ChatUser, botUserId: string): void => {
  if (bots && !bots.includes(botUserId)) {
    throw callerError("forbidden", "userId: the token is not valid for this bot");
  }
};

/** The user's own turn with this bot. @throws BridgeError `not_found`, also for another user's. */
export const findOwnTurn = async (
  turns: Pick<ChatTurnStore, "find">,
  { appKey, userId }: ChatUser,
  botUserId: string,
  turn: string,
): Promise<ChatTurn> => {
  const found = await turns.find({ appKey, turn });
  if (found?.userId === userId && found.botUserId === botUserId) return found;
  throw callerError("not_found", "turn: no such turn for this user and bot");
};

/** What is wrong with a token, by the rule that it breaks, and never by its value. */
export const badToken = (rule: string): BridgeError => callerError("bad_token", `token: ${rule}`);

export const revokedToken = (): BridgeError => badToken("was revoked; get a new one");

/** `what` the user has too many of. */
export const rateLimited = (what: string, retryAfterMs: number): BridgeError =>
  new BridgeError("rate_limited", `too many ${what}, please slow down`, {
    expose: true,
    retryable: true,
    retryAfterMs,
  });
