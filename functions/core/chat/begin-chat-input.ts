import { type InputForm, isFormExpired } from "#core/answer/pause.ts";
import type { BotStore } from "#core/bot/bot.ts";
import { findEnabledModel } from "#core/bot/integration.ts";
import type { Clock } from "#core/shared/clock.ts";
import { type BridgeError, callerError } from "#core/shared/errors.ts";
import type { AcquiredSlots } from "#core/shared/slots.ts";
import { type ConversationStore, conversationKeyOf } from "#core/turn/conversation.ts";
import type { ConversationPause } from "#core/turn/conversation-pause.ts";
import type { CountTurn } from "#core/turn/count-turn.ts";
import { acquireAdmission, admittedTurn } from "./admit-turn.ts";
import { type BegunChatTurn, partsInHash, toTurn } from "./begin-chat-turn.ts";
import { type AcquireChatSlot, checkBot, findOwnTurn, revokedToken } from "./chat-access.ts";
import type { ChatPart } from "./chat-event.ts";
import { type ChatTurn, type ChatTurnStore, chatLease } from "./chat-turn.ts";
import type { ChatUser } from "./chat-user.ts";
import { checkFormInput } from "./form-input.ts";
import type { OpenSentFiles, SentValues } from "./sent-file.ts";
import type { UserGuard } from "./user-guard.ts";

/** A form that a client filled in. */
export interface ChatInput {
  readonly botUserId: string;
  readonly turn: string;
  /** The form's id; undefined: the form that the turn waits for now. */
  readonly form: string | undefined;
  readonly action: string;
  readonly inputs: SentValues;
  /** What the client takes apart from the text. */
  readonly parts: readonly ChatPart[];
}

export interface BeginChatInputPorts {
  readonly bots: Pick<BotStore, "findWithKeys">;
  readonly turns: Pick<ChatTurnStore, "find" | "continue">;
  readonly conversations: Pick<ConversationStore, "findPauses">;
  readonly guard: Pick<UserGuard, "admit" | "release" | "cancel" | "isRevoked">;
  readonly acquireSlot: AcquireChatSlot;
  readonly countTurn: CountTurn;
  readonly openFiles: Pick<OpenSentFiles, "values">;
  readonly clock: Clock;
  readonly newId: () => string;
  readonly hash: (parts: readonly unknown[]) => string;
}

/** `until`: when the turn has ended in any case, in milliseconds since the epoch. */
export type BeginChatInput = (user: ChatUser, input: ChatInput, until: number) => Promise<BegunChatTurn>;

const conflict = (message: string): BridgeError => callerError("conflict", message);

const openFormOf = (
  pause: ConversationPause | undefined,
  form: string | undefined,
): InputForm | undefined => {
  const open = pause?.closedAt === undefined ? pause?.pause.form : undefined;
  return form === undefined || open?.id === form ? open : undefined;
};

/**
 * Begins the run that continues a turn with the user's input. Rejects with a BridgeError: `bad_parameter` for input that
 * does not match the form, `conflict` if the turn does not wait for it, and those of `BeginChatTurn`.
 */
export const makeBeginChatInput =
  ({
    bots,
    turns,
    conversations,
    guard,
    acquireSlot,
    countTurn,
    openFiles,
    clock,
    newId,
    hash,
  }: BeginChatInputPorts): BeginChatInput =>
  async (user, { botUserId, turn: turnId, form: formId, action, inputs, parts }, until) => {
    checkBot(user, botUserId);
    const [found, bot, isRevoked] = await Promise.all([
      findOwnTurn(turns, user, botUserId, turnId),
      bots.findWithKeys(user.appKey, botUserId),
      guard.isRevoked(user),
    ]);
    if (isRevoked) throw revokedToken();
    const { state, attempt, heldUntil, replayUntil, reference: _, inputHash, ...id }: ChatTurn = found;
    const integration = bot && findEnabledModel(bot.integrations, id.integrationType);
    if (!bot || !integration) throw conflict("turn: the integration that answers it was removed or disabled");

    const turn = toTurn(id, bot, integration, { content: "", files: [] }, clock.now());
    const pauses = await conversations.findPauses(conversationKeyOf(turn));
    const pause = pauses.findLast(({ turnIds }) => turnIds.includes(turnId));
    const hashOfInput = hash([formId, action, inputs, ...partsInHash(parts)]);
    const form = openFormOf(pause, formId);
    if (state === "running" && heldUntil > clock.now()) {
      if (inputHash === hashOfInput && id.keepsAnswer) return { status: "existing", turn: found };
      throw conflict("turn: is running; wait until it has ended");
    }
    if (!form) {
      const isReplayable = id.keepsAnswer && (replayUntil ?? 0) > clock.now();
      if (inputHash === hashOfInput && isReplayable) return { status: "existing", turn: found };
      throw conflict(
        pause ? "turn: its form has already been filled in" : "turn: it does not wait for human input",
      );
    }
    if (isFormExpired(form, clock.now())) throw conflict("turn: its form has expired");
    const owner = { appKey: id.appKey, userId: id.userId, botUserId, integrationType: integration.type };
    const input = checkFormInput(form, action, await openFiles.values(owner, inputs));

    const lease = { token: newId(), expiresAt: clock.now() + chatLease.leaseMs };
    const guarded = { appKey: id.appKey, userId: id.userId, turn: turnId };
    const giveBack = async (slots: AcquiredSlots): Promise<void> => {
      await Promise.all([guard.release(guarded).catch(() => {}), slots.undo()]);
    };
    const granted = await acquireAdmission(
      { guard, acquireSlot, countTurn, clock },
      { ...guarded, botUserId, integration, issuedAt: user.issuedAt, until },
      (slots, decision) => (decision === "admitted" ? giveBack(slots) : slots.undo()),
    );
    const { slots, counted } = granted;
    const continued = { appKey: id.appKey, turn: turnId, attempt, inputHash: hashOfInput };
    const begun = await turns.continue(continued, lease).catch(async (error: unknown) => {
      await Promise.all([giveBack(slots), counted.undo()]);
      throw error;
    });
    if (begun === undefined) {
      await Promise.all([slots.undo(), counted.undo()]);
      throw conflict("turn: is running; wait until it has ended");
    }
    return {
      status: "ready",
      ready: {
        id: { ...id, integrationType: integration.type },
        turn: { ...turn, continues: { by: "input", input } },
        parts,
        lease,
        attempt: begun,
        admission: Promise.resolve(admittedTurn(guard, guarded, granted)),
      },
    };
  };
