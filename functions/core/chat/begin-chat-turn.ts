import type { BotStore, BotWithKeys } from "#core/bot/bot.ts";
import { findEnabledModel, type ModelIntegrationWithKey } from "#core/bot/integration.ts";
import type { ModelType } from "#core/bot/integration-types.ts";
import type { QuestionFile } from "#core/message/question-file.ts";
import type { Clock } from "#core/shared/clock.ts";
import { callerError } from "#core/shared/errors.ts";
import type { Lease } from "#core/shared/lease.ts";
import type { Turn } from "#core/turn/turn.ts";
import { type AcquireChatSlot, busyBot, checkAdmission, checkBot, revokedToken } from "./chat-access.ts";
import { type ChatTurn, type ChatTurnStore, chatLease, type NewChatTurn } from "./chat-turn.ts";
import type { ChatUser } from "./chat-user.ts";
import type { UserGuard } from "./user-guard.ts";

/** A client's question to a bot. */
export interface ChatRequest {
  readonly botUserId: string;
  readonly content: string;
  readonly conversation: string | undefined;
  /** The type of the integration that answers; undefined: the first enabled one. */
  readonly integration: ModelType | undefined;
  readonly files: readonly QuestionFile[];
  /** A repeated key refers to the same turn. */
  readonly idempotencyKey: string | undefined;
}

/** A turn that was admitted and can run now. */
export interface ReadyChatTurn {
  readonly id: NewChatTurn;
  readonly turn: Turn;
  readonly lease: Lease;
  readonly attempt: number;
  /** Releases the bot's slot. Never rejects. */
  readonly releaseSlot: () => Promise<void>;
}

export type BegunChatTurn =
  | { readonly status: "ready"; readonly ready: ReadyChatTurn }
  /** The turn has begun before, with the same idempotency key. */
  | { readonly status: "existing"; readonly turn: ChatTurn };

export interface BeginChatTurnPorts {
  readonly bots: Pick<BotStore, "findWithKeys">;
  readonly turns: Pick<ChatTurnStore, "begin" | "discard">;
  readonly guard: Pick<UserGuard, "admit" | "cancel" | "isRevoked">;
  readonly acquireSlot: AcquireChatSlot;
  readonly clock: Clock;
  readonly newId: () => string;
  /** Returns a short hash: equal for equal parts, different otherwise. */
  readonly hash: (parts: readonly unknown[]) => string;
}

/** `until`: when the turn has ended in any case, in milliseconds since the epoch. */
export type BeginChatTurn = (user: ChatUser, request: ChatRequest, until: number) => Promise<BegunChatTurn>;

const integrationOf = (bot: BotWithKeys, requested: ModelType | undefined): ModelIntegrationWithKey => {
  const integration = findEnabledModel(bot.integrations, requested);
  if (integration) return integration;
  const fault =
    requested === undefined
      ? "the bot has no enabled integration that can answer"
      : `the bot has no enabled integration of this type, got ${JSON.stringify(requested)}`;
  throw callerError("conflict", `integration: ${fault}`);
};

/** The same turn that the other entry points create for a text message. */
export const toTurn = (
  id: NewChatTurn,
  bot: BotWithKeys,
  integration: ModelIntegrationWithKey,
  { content, files }: Pick<ChatRequest, "content" | "files">,
  now: number,
): Turn => ({
  id: id.turn,
  appKey: id.appKey,
  bot,
  integration,
  acceptedAt: now,
  event: {
    type: "message:private",
    timestamp: now,
    data: {
      fromUserId: id.userId,
      toUserId: bot.userId,
      objectName: "RC:TxtMsg",
      content: JSON.stringify({ content }),
      channelType: "PERSON",
      msgTimestamp: now,
      msgUID: id.turn,
    },
  },
  files,
  ...(id.conversation !== undefined && { conversationName: id.conversation }),
});

/**
 * Begins the turn for a client's question, if the user's token and limits allow it. Rejects with a BridgeError `forbidden`,
 * `not_found`, `conflict`, `bad_token` or `rate_limited`, whose message is shown to the caller.
 */
export const makeBeginChatTurn =
  ({ bots, turns, guard, acquireSlot, clock, newId, hash }: BeginChatTurnPorts): BeginChatTurn =>
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
      // Idempotency keys are scoped to the user and bot.
      turn: idempotencyKey === undefined ? newId() : hash([appKey, userId, botUserId, idempotencyKey]),
      integrationType: integration.type,
      conversation,
      questionHash: hash([request.content, conversation, request.integration, request.files]),
      keepsAnswer: idempotencyKey !== undefined,
    };
    const lease = { token: newId(), expiresAt: clock.now() + chatLease.leaseMs };
    const begun = await turns.begin(id, lease);
    if (begun.status === "existing") {
      if (begun.turn.questionHash !== id.questionHash) {
        throw callerError("conflict", "Idempotency-Key: already used for a different question");
      }
      if (await guard.isRevoked({ appKey, userId, issuedAt })) throw revokedToken();
      return begun;
    }

    const guarded = { appKey, userId, turn: id.turn };
    const acquiring = acquireSlot({ appKey, botUserId, slot: id.turn, until });
    const admission = await guard.admit({ ...guarded, issuedAt, until }).catch(async (error: unknown) => {
      const slots = await acquiring;
      // Otherwise the turn would look as if it were running, and occupy a slot. The first error is more useful than a
      // second one.
      await Promise.allSettled([turns.discard(id, lease.token), guard.cancel(guarded), slots.release()]);
      throw error;
    });
    const slots = await acquiring;
    if (admission.status !== "admitted") await Promise.all([turns.discard(id, lease.token), slots.release()]);
    checkAdmission(admission);
    if (slots.refusedBy) {
      await Promise.all([turns.discard(id, lease.token), guard.cancel(guarded)]);
      throw busyBot();
    }
    const turn = toTurn(id, bot, integration, request, clock.now());
    const { release: releaseSlot } = slots;
    return { status: "ready", ready: { id, turn, lease, attempt: begun.attempt, releaseSlot } };
  };
