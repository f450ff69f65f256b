import type { BotStore, BotWithKeys } from "#core/bot/bot.ts";
import { canAnswer, type ModelIntegrationWithKey } from "#core/bot/integration.ts";
import type { ModelType } from "#core/bot/integration-types.ts";
import type { QuestionFile } from "#core/message/question-file.ts";
import type { Clock } from "#core/shared/clock.ts";
import { callerError } from "#core/shared/errors.ts";
import type { Lease } from "#core/shared/lease.ts";
import type { Turn } from "#core/turn/turn.ts";
import { checkBot, rateLimited, revokedToken } from "./chat-access.ts";
import { type ChatTurn, type ChatTurnStore, chatLease, type NewChatTurn } from "./chat-turn.ts";
import type { ChatUser } from "./chat-user.ts";
import type { UserGuard } from "./user-guard.ts";

/** What a client asks of a bot. */
export interface ChatRequest {
  readonly botUserId: string;
  readonly content: string;
  readonly conversation: string | undefined;
  /** Which of the bot's integrations is to answer; undefined: the first that is enabled. */
  readonly integration: ModelType | undefined;
  readonly files: readonly QuestionFile[];
  /** The same twice is the same turn. */
  readonly idempotencyKey: string | undefined;
}

/** A turn that may run now. */
export interface ReadyChatTurn {
  readonly id: NewChatTurn;
  readonly turn: Turn;
  readonly lease: Lease;
  readonly attempt: number;
}

export type BegunChatTurn =
  | { readonly status: "ready"; readonly ready: ReadyChatTurn }
  /** It was asked before. */
  | { readonly status: "known"; readonly turn: ChatTurn };

export interface BeginChatTurnPorts {
  readonly bots: Pick<BotStore, "findWithKeys">;
  readonly turns: Pick<ChatTurnStore, "begin" | "discard">;
  readonly guard: Pick<UserGuard, "admit" | "cancel" | "isRevoked">;
  readonly clock: Clock;
  readonly newId: () => string;
  /** The same short name for the same parts, and another for any others. */
  readonly hash: (parts: readonly unknown[]) => string;
}

/** `until`: when the turn has ended by, one way or other, in milliseconds since the epoch. */
export type BeginChatTurn = (user: ChatUser, request: ChatRequest, until: number) => Promise<BegunChatTurn>;

const integrationOf = (bot: BotWithKeys, named: ModelType | undefined): ModelIntegrationWithKey => {
  const enabled = bot.integrations.filter(canAnswer).filter((each) => each.enabled);
  const integration = enabled.find(({ type }) => named === undefined || type === named);
  if (integration) return integration;
  const fault =
    named === undefined
      ? "the bot has no enabled integration that can answer"
      : `the bot has no enabled integration of this type, got ${JSON.stringify(named)}`;
  throw callerError("conflict", `integration: ${fault}`);
};

/** What the bot's other doors would have made of it. */
const toTurn = (
  id: NewChatTurn,
  bot: BotWithKeys,
  integration: ModelIntegrationWithKey,
  request: ChatRequest,
  now: number,
): Turn => ({
  id: id.turn,
  appKey: id.appKey,
  bot,
  integration,
  event: {
    type: "message:private",
    timestamp: now,
    data: {
      fromUserId: id.userId,
      toUserId: bot.userId,
      objectName: "RC:TxtMsg",
      content: JSON.stringify({ content: request.content }),
      channelType: "PERSON",
      msgTimestamp: now,
      msgUID: id.turn,
    },
  },
  files: request.files,
  ...(id.conversation !== undefined && { conversationName: id.conversation }),
});

/**
 * Lets a client's question in.
 * @throws BridgeError `forbidden`, `not_found`, `conflict`, `bad_token` or `rate_limited`, for the caller to read.
 */
export const makeBeginChatTurn =
  ({ bots, turns, guard, clock, newId, hash }: BeginChatTurnPorts): BeginChatTurn =>
  async (user, request, until) => {
    const { appKey, userId, issuedAt } = user;
    const { botUserId, conversation, idempotencyKey } = request;
    checkBot(user, botUserId);
    const bot = await bots.findWithKeys(appKey, botUserId);
    if (!bot) throw callerError("not_found", "userId: there is no such bot");
    const integration = integrationOf(bot, request.integration);

    const id: NewChatTurn = {
      appKey,
      userId,
      botUserId,
      // The key is the user's own, and none of anybody else's.
      turn: idempotencyKey === undefined ? newId() : hash([appKey, userId, botUserId, idempotencyKey]),
      integrationType: integration.type,
      conversation,
      questionHash: hash([request.content, conversation, request.integration, request.files]),
      keepsAnswer: idempotencyKey !== undefined,
    };
    const lease = { token: newId(), expiresAt: clock.now() + chatLease.leaseMs };
    const begun = await turns.begin(id, lease);
    if (begun.status === "known") {
      if (begun.turn.questionHash !== id.questionHash) {
        throw callerError("conflict", "Idempotency-Key: already used for a different question");
      }
      if (await guard.isRevoked({ appKey, userId, issuedAt })) throw revokedToken();
      return begun;
    }

    const admission = await guard
      .admit({ appKey, userId, turn: id.turn, issuedAt, until })
      .catch(async (error: unknown) => {
        // Left as they are it would look as if it ran, and its place be taken. Why it was not let in says more than a second failure.
        await Promise.allSettled([
          turns.discard(id, lease.token),
          guard.cancel({ appKey, userId, turn: id.turn }),
        ]);
        throw error;
      });
    if (admission.status !== "admitted") {
      await turns.discard(id, lease.token);
      if (admission.status === "revoked") throw revokedToken();
      throw rateLimited("turns", admission.retryAfterMs);
    }
    const turn = toTurn(id, bot, integration, request, clock.now());
    return { status: "ready", ready: { id, turn, lease, attempt: begun.attempt } };
  };
