import type { BotWithKeys } from "#core/bot/bot.ts";
import { findEnabledModel, type ModelIntegrationWithKey } from "#core/bot/integration.ts";
import type { ModelType } from "#core/bot/integration-types.ts";
import { BridgeError, callerError } from "#core/shared/errors.ts";
import type { AcquiredSlots } from "#core/shared/slots.ts";
import type { ChatTurn, ChatTurnStore } from "./chat-turn.ts";
import type { ChatUser } from "./chat-user.ts";
import type { Admission } from "./user-guard.ts";

/** @throws BridgeError `forbidden` if the user's token is restricted to other bots. */
export const checkBot = ({ bots }: ChatUser, botUserId: string): void => {
  if (bots && !bots.includes(botUserId)) {
    throw callerError("forbidden", "userId: the token is not valid for this bot");
  }
};

export const unknownBot = (): BridgeError => callerError("not_found", "userId: there is no such bot");

/** The bot's first enabled integration with a model, of the type if one is given. @throws BridgeError `conflict`. */
export const requireModel = (bot: BotWithKeys, requested: ModelType | undefined): ModelIntegrationWithKey => {
  const integration = findEnabledModel(bot.integrations, requested);
  if (integration) return integration;
  const fault =
    requested === undefined
      ? "the bot has no enabled integration that can answer"
      : `the bot has no enabled integration of this type, got ${JSON.stringify(requested)}`;
  throw callerError("conflict", `integration: ${fault}`);
};

/** The error for a turn that does not exist, or is another user's. */
export const unknownTurn = (): BridgeError =>
  callerError("not_found", "turn: no such turn for this user and bot");

/** Returns the user's turn with this bot. Rejects with a BridgeError `not_found`, also for another user's turn. */
export const findOwnTurn = async (
  turns: Pick<ChatTurnStore, "find">,
  { appKey, userId }: ChatUser,
  botUserId: string,
  turn: string,
): Promise<ChatTurn> => {
  const found = await turns.find({ appKey, turn });
  if (found?.userId === userId && found.botUserId === botUserId) return found;
  throw unknownTurn();
};

/** The error for an invalid token: names the rule that the token breaks, never its value. */
export const badToken = (rule: string): BridgeError => callerError("bad_token", `token: ${rule}`);

export const revokedToken = (): BridgeError => badToken("has been revoked; get a new token");

/** @throws BridgeError `bad_token` or `rate_limited` if the turn was not admitted. */
export const checkAdmission = (admission: Admission): void => {
  if (admission.status === "revoked") throw revokedToken();
  if (admission.status === "limited") throw rateLimited("turns", admission.retryAfterMs);
};

/**
 * Acquires a place among the answers that a bot and its app stream at the same time. `until`: when it is free in any case, in
 * milliseconds since the epoch. Never rejects.
 */
export type AcquireChatSlot = (of: {
  readonly appKey: string;
  readonly botUserId: string;
  /** Identifies the stream. */
  readonly slot: string;
  readonly until: number;
}) => Promise<AcquiredSlots>;

/** Suggested delay while a bot or its app has all its slots in use, in milliseconds. When one becomes free is unknown. */
const busyBotRetryMs = 5_000;

/** The error if a bot or its app streams as many answers as it may, which is not the user's fault. */
export const busyBot = (): BridgeError =>
  new BridgeError("rate_limited", "the bot is answering as many questions as it can; retry later", {
    expose: true,
    retryable: true,
    retryAfterMs: busyBotRetryMs,
  });

/** `what`: what the user has too many of, in the plural, such as `turns`. */
export const rateLimited = (what: string, retryAfterMs: number): BridgeError =>
  new BridgeError("rate_limited", `too many ${what}, please slow down`, {
    expose: true,
    retryable: true,
    retryAfterMs,
  });
