import type { AnswerOutcome } from "#core/answer/answer.ts";
import {
  type AnswerListener,
  type AskLimits,
  type Models,
  modelFor,
  type Question,
} from "#core/answer/model.ts";
import type { Clock } from "#core/shared/clock.ts";
import type { Log, LogFields } from "#core/shared/log.ts";
import type { TurnProgress } from "./turn-progress.ts";

export interface AskUntilAnsweredPorts {
  readonly models: Models;
  readonly clock: Clock;
  readonly log: Log;
}

export interface AskRequest {
  readonly question: Omit<Question, "memory">;
  readonly progress: TurnProgress;
  /** A new one for each try: what the last one held back is not said. */
  readonly newListener: () => AnswerListener;
  readonly limits: AskLimits;
  /** Aborted once the user has had the end: from then on the model is not asked again. */
  readonly finished: AbortSignal;
  /** The ids by which the turn's lines of the log are found. */
  readonly ids: LogFields;
}

/** Six tries: enough for a server that restarts, short enough for a person who waits. */
const retryDelaysMs = [500, 1_000, 2_000, 4_000, 8_000];
/**
 * The longest total of the pauses, where the server asks for longer ones than ours: until then the next messages of the
 * conversation wait as well.
 */
const maxPausesMs = 60_000;

/**
 * Asks the model, again while that is worth it and nothing has reached the user. Where it does not know the conversation
 * that it was to continue, a new one is begun, once.
 */
export const makeAskUntilAnswered =
  ({ models, clock, log }: AskUntilAnsweredPorts) =>
  async ({ question, progress, newListener, limits, finished, ids }: AskRequest): Promise<AnswerOutcome> => {
    const model = modelFor(models, question.integration);
    const noLonger = AbortSignal.any([limits.signal, finished]);
    const delays = retryDelaysMs.values();
    let pausedMs = 0;
    let mayBeginNew = progress.memory !== undefined;
    for (;;) {
      progress.modelCalls += 1;
      const outcome = await model.ask({ ...question, memory: progress.memory }, newListener(), limits);
      if (outcome.status !== "failed" || progress.firstTextAt !== undefined || finished.aborted)
        return outcome;
      const { code, detail, retryable, retryAfterMs = 0 } = outcome;
      log.warn("model_failed", { ...ids, code, detail, asked: progress.modelCalls });
      if (code === "conversation_lost" && mayBeginNew && clock.now() < limits.deadline) {
        mayBeginNew = false;
        progress.memory = undefined;
        continue;
      }
      const pauseMs = retryable ? delays.next().value : undefined;
      if (pauseMs === undefined) return outcome;
      const delayMs = Math.max(pauseMs, retryAfterMs);
      pausedMs += delayMs;
      if (pausedMs > maxPausesMs || clock.now() + delayMs >= limits.deadline) return outcome;
      await clock.sleep(delayMs, noLonger);
      if (finished.aborted) return outcome;
    }
  };
