import type { Clock } from "#core/shared/clock.ts";
import { BridgeError, callerError } from "#core/shared/errors.ts";
import { keepLease } from "#core/shared/lease.ts";
import type { Log } from "#core/shared/log.ts";
import type { PseudonymOf } from "#core/shared/pseudonym.ts";
import { pauseEndsAt } from "#core/turn/conversation-pause.ts";
import type { ForwardTurn } from "#core/turn/forward-turn.ts";
import { makeStoryRecorder } from "#core/turn/story-recorder.ts";
import type { TurnReport } from "#core/turn/stream-answer.ts";
import { isSuccessful, type RecordTurn } from "#core/turn/turn-report.ts";
import type { StoryEnding } from "#core/turn/turn-story.ts";
import type { AnswerJournal } from "./answer-journal.ts";
import type { AnswerRun } from "./answer-pieces.ts";
import type { ReadyChatTurn } from "./begin-chat-turn.ts";
import { type ChatEvent, interruptedEvent, positionAfter, startOf, writePosition } from "./chat-event.ts";
import { makeChatReceiver } from "./chat-receiver.ts";
import { type ChatTurnStore, chatLease, replayLifeMs } from "./chat-turn.ts";
import { endingOfError } from "./ending-of-error.ts";

/**
 * Sends a client the next event of a turn, with the client's position after it. A returned promise asks the caller to
 * wait before it sends more.
 */
export type EmitEvent = (event: ChatEvent, position: string) => void | Promise<void>;

/** Receives the events of a turn. `full`: see `AnswerSink`. */
export interface TurnClient {
  readonly emit: EmitEvent;
  readonly full?: AbortSignal;
}

export interface RunChatTurnPorts {
  readonly turns: Pick<ChatTurnStore, "renew" | "saveReference" | "end" | "discard">;
  readonly forwardTurn: ForwardTurn;
  readonly journalOf: (answer: AnswerRun) => AnswerJournal;
  readonly clock: Clock;
  readonly log: Log;
  readonly pseudonymOf: PseudonymOf;
  readonly recordTurn: RecordTurn;
  /** Whether the app keeps the texts of its turns (`storyText`). */
  readonly keepsText: (appKey: string) => boolean;
}

/**
 * "busy": another turn is in progress in the conversation, and the client has received nothing. Rejects only if the client
 * has received nothing: the turn can begin again. If it was not admitted, that is the error, whatever else failed. Later
 * failures are sent as an error event. `deadline`: milliseconds since the epoch.
 */
export type RunChatTurn = (
  ready: ReadyChatTurn,
  client: TurnClient,
  deadline: number,
) => Promise<"emitted" | "busy">;

const internalErrorEvent: ChatEvent = {
  type: "error",
  code: "internal",
  message: "internal error, please try again",
  retryable: true,
};

/** Whether the caller is told why the turn does not run, which is not a failure of ours. */
const isRefusal = (error: unknown): boolean => error instanceof BridgeError && error.expose;

/** Runs a turn that a client waits for, to its end, even if the client disconnects. */
export const makeRunChatTurn =
  ({
    turns,
    forwardTurn,
    journalOf,
    clock,
    log,
    pseudonymOf,
    recordTurn,
    keepsText,
  }: RunChatTurnPorts): RunChatTurn =>
  async ({ id, turn, parts, lease: { token, expiresAt }, attempt, admission }, client, deadline) => {
    const ids = {
      app: id.appKey,
      bot: id.botUserId,
      integration: id.integrationType,
      turn: id.turn,
      user: pseudonymOf(id.appKey, id.userId),
    };
    const startedAt = clock.now();
    const stop = new AbortController();
    const journal = id.keepsAnswer ? journalOf({ ...id, attempt }) : undefined;
    let position = startOf(attempt);
    let isLost = false;
    let hasEmitted = false;
    let isRetryable = false;
    const story = makeStoryRecorder({ clock, keepsText: keepsText(id.appKey) });
    let ended: TurnReport | undefined;
    let ending: StoryEnding | undefined;

    const warn = (event: string) => (error: unknown) => log.warn(event, { ...ids, reason: String(error) });

    const emit = (event: ChatEvent): void | Promise<void> => {
      position = positionAfter(position, event);
      hasEmitted = true;
      isRetryable = event.type === "error" && event.retryable;
      journal?.add(event);
      if ("content" in event || event.type === "file") story.onSent();
      return client.emit(event, writePosition(position));
    };

    const renew = async (expiresAt: number): Promise<boolean> => {
      const renewed = await turns.renew(id, { token, expiresAt });
      if (renewed === "stop") stop.abort();
      isLost = renewed === "lost";
      if (isLost) log.error("chat_turn_lease_lost", ids);
      return !isLost;
    };
    const isStopRequested = async (): Promise<boolean> => {
      await renew(clock.now() + chatLease.leaseMs).catch(warn("chat_turn_lease_not_renewed"));
      return stop.signal.aborted;
    };

    const receiver = story.watch(
      makeChatReceiver({
        turn: id.turn,
        conversation: id.conversation,
        parts,
        emit,
        onReference: (reference) => {
          turns.saveReference(id, token, reference).catch(warn("chat_turn_reference_not_saved"));
        },
        isStopRequested,
        full: client.full,
      }),
    );

    const report = (turnReport: TurnReport): void => {
      const { outcome, modelCalls, firstTextAt } = turnReport;
      const tookMs = clock.now() - startedAt;
      const fields = {
        outcome: outcome.status,
        modelCalls,
        firstTextMs: firstTextAt && firstTextAt - startedAt,
        tookMs,
      };
      log[isSuccessful(outcome) ? "info" : "error"]("chat_answered", {
        ...ids,
        ...fields,
        ...(outcome.status === "failed" && { code: outcome.code, detail: outcome.detail }),
      });
      recordTurn({ channel: "http", integrationType: id.integrationType, startedAt }, turnReport);
    };

    const run = async (): Promise<"emitted" | "busy"> => {
      try {
        const forwarded = await keepLease(
          { clock, timing: chatLease, expiresAt, renew, onError: warn("chat_turn_lease_not_renewed") },
          ({ signal }) =>
            forwardTurn(turn, receiver, {
              deadline,
              signal,
              stop: stop.signal,
              checkStop: isStopRequested,
              admission,
            }),
        );
        if (forwarded.status === "busy") {
          const detail = "another turn is in progress in the conversation";
          ending = { outcome: "refused", code: "conflict", detail, endedAt: clock.now() };
          return "busy";
        }
        if (forwarded.status === "not_continued") {
          throw callerError("conflict", "turn: it does not wait for human input any more");
        }
        ended = forwarded;
        ending = story.ending(turn, forwarded);
        report(forwarded);
        if (!position.ended) await emit(interruptedEvent);
      } catch (error) {
        if (!isRefusal(error)) log.error("chat_turn_failed", { ...ids, reason: String(error) });
        ending = endingOfError(error, clock.now());
        if (!hasEmitted) throw error;
        if (!position.ended) await emit(internalErrorEvent);
      }
      return "emitted";
    };

    const saveEnd = async (): Promise<void> => {
      // Nothing is left of one that was refused.
      const admitted = await admission.catch(() => undefined);
      const replayUntil = clock.now() + replayLifeMs;
      const pausedUntil = ended?.paused && pauseEndsAt(ended.paused);
      // A turn that was to continue has an answer already.
      const saved =
        hasEmitted || turn.continues
          ? turns.end(id, token, { replayUntil, isRetryable, pausedUntil, ending })
          : turns.discard(id, token, ending);
      await Promise.all([
        saved.catch(warn("chat_turn_end_not_saved")),
        (hasEmitted ? admitted?.release(ended?.usage?.totalTokens ?? 0) : admitted?.cancel())?.catch(
          warn("chat_turn_slot_not_released"),
        ),
      ]);
    };

    const finish = async (): Promise<void> => {
      await journal?.close();
      // If the lease was lost, the record and the slot belong to another run.
      if (!isLost) await saveEnd();
      await ended?.cleanup;
    };

    return run().finally(finish);
  };
