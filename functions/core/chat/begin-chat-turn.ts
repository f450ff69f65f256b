import type { BotStore, BotWithKeys } from "#core/bot/bot.ts";
import type { ModelIntegrationWithKey } from "#core/bot/integration.ts";
import type { ModelType } from "#core/bot/integration-types.ts";
import type { QuestionFile } from "#core/message/question-file.ts";
import type { Clock } from "#core/shared/clock.ts";
import { callerError } from "#core/shared/errors.ts";
import type { Lease } from "#core/shared/lease.ts";
import type { CountTurn } from "#core/turn/count-turn.ts";
import type { Turn } from "#core/turn/turn.ts";
import { type AdmittedTurn, makeAdmitTurn } from "./admit-turn.ts";
import { type AcquireChatSlot, checkBot, requireModel, revokedToken, unknownBot } from "./chat-access.ts";
import type { ChatPart } from "./chat-event.ts";
import {
  type ChatTurn,
  type ChatTurnStore,
  chatLease,
  type NewChatTurn,
  type StartedChatTurn,
} from "./chat-turn.ts";
import type { ChatUser } from "./chat-user.ts";
import { endingOfError } from "./ending-of-error.ts";
import type { OpenSentFiles, SentFile } from "./sent-file.ts";
import type { UserGuard } from "./user-guard.ts";

/** A client's question to a bot. */
export interface ChatRequest {
  readonly botUserId: string;
  readonly content: string;
  readonly conversation: string | undefined;
  /** The type of the integration that answers; undefined: the first enabled one. */
  readonly integration: ModelType | undefined;
  readonly files: readonly SentFile[];
  /** What the client takes apart from the text. */
  readonly parts: readonly ChatPart[];
  /** A repeated key refers to the same turn. */
  readonly idempotencyKey: string | undefined;
}

/** A turn that has begun, and runs once it is admitted. */
export interface ReadyChatTurn {
  readonly id: StartedChatTurn;
  readonly turn: Turn;
  readonly parts: readonly ChatPart[];
  readonly lease: Lease;
  readonly attempt: number;
  /**
   * Decided while the conversation is opened. Rejects if the turn must not run, with a BridgeError `bad_token` or
   * `rate_limited` whose message is shown to the caller; nothing of the admission is left then. A rejection that nobody
   * handles is not reported.
   */
  readonly admission: Promise<AdmittedTurn>;
}

export type BegunChatTurn =
  | { readonly status: "ready"; readonly ready: ReadyChatTurn }
  /** The turn has begun before, with the same idempotency key. */
  | { readonly status: "existing"; readonly turn: ChatTurn };

export interface BeginChatTurnPorts {
  readonly bots: Pick<BotStore, "findWithKeys">;
  readonly turns: Pick<ChatTurnStore, "begin" | "discard">;
  readonly guard: Pick<UserGuard, "admit" | "release" | "cancel" | "isRevoked">;
  readonly acquireSlot: AcquireChatSlot;
  readonly countTurn: CountTurn;
  readonly openFiles: Pick<OpenSentFiles, "files">;
  readonly clock: Clock;
  readonly newId: () => string;
  /** Returns a short hash: equal for equal parts, different otherwise. */
  readonly hash: (parts: readonly unknown[]) => string;
}

/** `until`: when the turn has ended in any case, in milliseconds since the epoch. */
export type BeginChatTurn = (user: ChatUser, request: ChatRequest, until: number) => Promise<BegunChatTurn>;

/** The same turn that the other entry points create for a text message. */
export const toTurn = (
  id: Omit<NewChatTurn, "integrationType">,
  bot: BotWithKeys,
  integration: ModelIntegrationWithKey,
  { content, files }: { readonly content: string; readonly files: readonly QuestionFile[] },
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

/** An answer is stored as it is sent, so the same key with other parts is another request. Without parts, hashes are as before. */
export const partsInHash = (parts: readonly ChatPart[]): readonly unknown[] =>
  parts.length === 0 ? [] : [[...new Set(parts)].toSorted()];

/**
 * Begins the turn for a client's question. Calls of a stage are made at the same time (docs/adr/0038): the bot is read while
 * the turn begins; then the turn is admitted while the caller opens its conversation. Rejects with a BridgeError `forbidden`,
 * `not_found`, `conflict` or `bad_token`, whose message is shown to the caller; the bot's error comes first. See also
 * `ReadyChatTurn.admission`.
 */
export const makeBeginChatTurn = ({
  bots,
  turns,
  guard,
  acquireSlot,
  countTurn,
  openFiles,
  clock,
  newId,
  hash,
}: BeginChatTurnPorts): BeginChatTurn => {
  const admit = makeAdmitTurn({ guard, acquireSlot, countTurn, clock });

  const findBot = async ({ appKey, userId }: ChatUser, request: ChatRequest) => {
    const { botUserId } = request;
    const bot = await bots.findWithKeys(appKey, botUserId);
    if (!bot) throw unknownBot();
    const integration = requireModel(bot, request.integration);
    const owner = { appKey, userId, botUserId, integrationType: integration.type };
    return { bot, integration, files: await openFiles.files(owner, request.files) };
  };

  return async (user, request, until) => {
    const { appKey, userId, issuedAt } = user;
    const { botUserId, conversation, idempotencyKey } = request;
    checkBot(user, botUserId);
    const id: NewChatTurn = {
      appKey,
      userId,
      botUserId,
      // Idempotency keys are scoped to the user and bot.
      turn: idempotencyKey === undefined ? newId() : hash([appKey, userId, botUserId, idempotencyKey]),
      integrationType: request.integration,
      conversation,
      questionHash: hash([
        request.content,
        conversation,
        request.integration,
        request.files,
        ...partsInHash(request.parts),
      ]),
      keepsAnswer: idempotencyKey !== undefined,
    };
    const lease = { token: newId(), expiresAt: clock.now() + chatLease.leaseMs };
    const [found, begun] = await Promise.allSettled([findBot(user, request), turns.begin(id, lease)]);
    if (found.status === "rejected" || begun.status === "rejected") {
      const isExisting = begun.status === "fulfilled" && begun.value.status === "existing";
      // Otherwise the turn would look as if it were running. The first error is more useful than a second one.
      if (!isExisting) {
        const reason =
          found.status === "rejected" ? found.reason : begun.status === "rejected" && begun.reason;
        await Promise.allSettled([turns.discard(id, lease.token, endingOfError(reason, clock.now()))]);
      }
    }
    if (found.status === "rejected") throw found.reason;
    if (begun.status === "rejected") throw begun.reason;
    if (begun.value.status === "existing") {
      if (begun.value.turn.questionHash !== id.questionHash) {
        throw callerError("conflict", "Idempotency-Key: already used for a different question");
      }
      if (await guard.isRevoked({ appKey, userId, issuedAt })) throw revokedToken();
      return begun.value;
    }

    const { bot, integration, files } = found.value;
    const admission = admit({ appKey, userId, botUserId, integration, turn: id.turn, issuedAt, until });
    // The run handles it; until then a refusal must not count as an unhandled rejection.
    admission.catch(() => {});
    return {
      status: "ready",
      ready: {
        id: { ...id, integrationType: integration.type },
        turn: toTurn(id, bot, integration, { content: request.content, files }, clock.now()),
        parts: request.parts,
        lease,
        attempt: begun.value.attempt,
        admission,
      },
    };
  };
};
