import type { AnswerEvent, AnswerOutcome, AskDify, Question, TurnLimits } from "#core/answer/answer.ts";
import type { Clock } from "#core/shared/clock.ts";
import type { Log, LogFields } from "#core/shared/log.ts";
import type { TurnProgress } from "./turn-progress.ts";

export interface AskUntilAnsweredPorts {
  readonly askDify: AskDify;
  readonly clock: Clock;
  readonly log: Log;
}

export interface Asking {
  readonly question: Omit<Question, "conversationId">;
  readonly progress: TurnProgress;
  /** A new one for each try: what the last one left unsaid is not said. */
  readonly newListener: () => (event: AnswerEvent) => void | Promise<void>;
  readonly limits: TurnLimits;
  /** Aborted once the user has had the end: from then on it is not asked again. */
  readonly over: AbortSignal;
  /** The ids by which the turn's lines of the log are found. */
  readonly ids: LogFields;
}

/** Six tries within 20 s: enough for a Dify that restarts, short enough for a person who waits. */
const retryDelaysMs = [500, 1_000, 2_000, 4_000, 8_000];

/**
 * Asks Dify, again while that is worth it and nothing has reached the user. A conversation that Dify has lost is begun anew,
 * once.
 */
export const makeAskUntilAnswered =
  ({ askDify, clock, log }: AskUntilAnsweredPorts) =>
  async ({ question, progress, newListener, limits, over, ids }: Asking): Promise<AnswerOutcome> => {
    const noLonger = AbortSignal.any([limits.signal, over]);
    const delays = retryDelaysMs.values();
    let mayBeginAnew = progress.conversationId !== undefined;
    for (;;) {
      progress.asked += 1;
      const { conversationId } = progress;
      const outcome = await askDify({ ...question, conversationId }, newListener(), limits);
      if (outcome.status !== "failed" || progress.firstTextAt !== undefined || over.aborted) return outcome;
      const { code, detail, retryable } = outcome;
      log.warn("dify_failed", { ...ids, code, detail, asked: progress.asked });
      if (code === "conversation_lost" && mayBeginAnew && clock.now() < limits.deadline) {
        mayBeginAnew = false;
        progress.conversationId = undefined;
        continue;
      }
      const delayMs = retryable ? delays.next().value : undefined;
      if (delayMs === undefined || clock.now() + delayMs >= limits.deadline) return outcome;
      await clock.sleep(delayMs, noLonger);
      if (over.aborted) return outcome;
    }
  };
