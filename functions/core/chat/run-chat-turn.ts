import type { Clock } from "#core/shared/clock.ts";
import { keepLease } from "#core/shared/lease.ts";
import type { Log } from "#core/shared/log.ts";
import type { ForwardTurn, TurnReport } from "#core/turn/forward-turn.ts";
import { type NoteTurn, wentWell } from "#core/turn/turn-report.ts";
import type { AnswerJournal } from "./answer-journal.ts";
import type { KeptAnswer } from "./answer-pieces.ts";
import type { ReadyChatTurn } from "./begin-chat-turn.ts";
import { type ChatEvent, positionAfter, startOf, writePosition } from "./chat-event.ts";
import { makeChatSink } from "./chat-sink.ts";
import { type ChatTurnStore, chatLease, replayLifeMs } from "./chat-turn.ts";
import type { UserGuard } from "./user-guard.ts";

/** Where a client hears of a turn. A promise asks to wait before there is more. */
export type TellClient = (event: ChatEvent, position: string) => void | Promise<void>;

export interface RunChatTurnPorts {
  readonly turns: Pick<ChatTurnStore, "beat" | "name" | "end" | "discard">;
  readonly guard: Pick<UserGuard, "leave" | "withdraw">;
  readonly forwardTurn: ForwardTurn;
  readonly journalOf: (answer: KeptAnswer) => AnswerJournal;
  readonly clock: Clock;
  readonly log: Log;
  readonly noteTurn: NoteTurn;
}

/**
 * "busy": another turn runs in its conversation, and the client has heard nothing. Rejects only where the client has heard
 * nothing either: the turn can be begun again. What breaks later it is told.
 */
export type RunChatTurn = (
  ready: ReadyChatTurn,
  tellClient: TellClient,
  deadline: number,
) => Promise<"told" | "busy">;

const interrupted: ChatEvent = {
  type: "error",
  code: "interrupted",
  message: "please ask again",
  retryable: true,
};
const broken: ChatEvent = {
  type: "error",
  code: "internal",
  message: "internal error, please try again",
  retryable: true,
};

/** Runs a turn that a client waits for, to its end, whether or not the client stays. */
export const makeRunChatTurn =
  ({ turns, guard, forwardTurn, journalOf, clock, log, noteTurn }: RunChatTurnPorts): RunChatTurn =>
  async ({ id, turn, token, heldUntil, attempt }, tellClient, deadline) => {
    const ids = { app: id.appKey, bot: id.botUserId, integration: id.integrationType, turn: id.turn };
    const startedAt = clock.now();
    const stop = new AbortController();
    const journal = id.keepsAnswer ? journalOf({ ...id, attempt }) : undefined;
    let position = startOf(attempt);
    let afterwards: Promise<void> | undefined;
    let isLost = false;
    let hasTold = false;
    let mayBeAskedAgain = false;

    const warn = (event: string) => (error: unknown) => log.warn(event, { ...ids, reason: String(error) });

    const tell = (event: ChatEvent): void | Promise<void> => {
      position = positionAfter(position, event);
      hasTold = true;
      mayBeAskedAgain = event.type === "error" && event.retryable;
      journal?.add(event);
      return tellClient(event, writePosition(position));
    };

    const beat = async (expiresAt: number): Promise<boolean> => {
      const mark = await turns.beat(id, { token, expiresAt });
      if (mark === "stop") stop.abort();
      isLost = mark === "lost";
      if (isLost) log.error("chat_turn_lost", ids);
      return !isLost;
    };
    const isStopAsked = async (): Promise<boolean> => {
      await beat(clock.now() + chatLease.leaseMs).catch(warn("chat_turn_not_renewed"));
      return stop.signal.aborted;
    };

    const sink = makeChatSink({
      turn: id.turn,
      conversation: id.conversation,
      tell,
      onNamed: (named) => {
        turns.name(id, token, { ...named, user: id.userId }).catch(warn("chat_turn_not_named"));
      },
      isStopAsked,
    });

    const report = (told: TurnReport): void => {
      const { outcome, asked, firstTextAt } = told;
      const tookMs = clock.now() - startedAt;
      const fields = {
        outcome: outcome.status,
        asked,
        firstTextMs: firstTextAt && firstTextAt - startedAt,
        tookMs,
      };
      log[wentWell(outcome) ? "info" : "error"]("chat_answered", {
        ...ids,
        ...fields,
        ...(outcome.status === "failed" && { code: outcome.code, detail: outcome.detail }),
      });
      noteTurn({ door: "http", integrationType: id.integrationType, startedAt }, told);
    };

    const run = async (): Promise<"told" | "busy"> => {
      try {
        const told = await keepLease(
          { clock, pace: chatLease, heldUntil, renew: beat, onTrouble: warn("chat_turn_not_renewed") },
          ({ signal }) => forwardTurn(turn, sink, { deadline, signal, stop: stop.signal }),
        );
        if (told === "busy") return "busy";
        afterwards = told.afterwards;
        report(told);
        if (!position.ended) await tell(interrupted);
      } catch (error) {
        log.error("chat_turn_failed", { ...ids, reason: String(error) });
        if (!hasTold) throw error;
        if (!position.ended) await tell(broken);
      }
      return "told";
    };

    const leave = async (): Promise<void> => {
      const place = { appKey: id.appKey, userId: id.userId, turn: id.turn };
      const replayUntil = clock.now() + replayLifeMs;
      const over = hasTold
        ? turns.end(id, token, { replayUntil, mayBeAskedAgain })
        : turns.discard(id, token);
      await Promise.all([
        over.catch(warn("chat_turn_not_ended")),
        (hasTold ? guard.leave(place) : guard.withdraw(place)).catch(warn("chat_turn_not_left")),
      ]);
    };

    try {
      return await run();
    } finally {
      await journal?.close();
      // Who lost the turn leaves its record and its place to the run that has them now.
      if (!isLost) await leave();
      await afterwards;
    }
  };
