import type { AnswerOutcome } from "#core/answer/answer.ts";
import type { EarlierAnswer } from "#core/answer/answer-sink.ts";
import { type Models, modelFor, type Question } from "#core/answer/model.ts";
import type { Clock } from "#core/shared/clock.ts";
import type { Log } from "#core/shared/log.ts";
import type { ModelCall } from "./stream-answer.ts";

export interface AskUntilAnsweredPorts {
  readonly models: Models;
  readonly clock: Clock;
  readonly log: Log;
}

export interface AskRequest extends ModelCall {
  readonly question: Omit<Question, "memory">;
  /** The answer of an earlier worker that died, if any: the model is asked only if it cannot be found. */
  readonly earlier: EarlierAnswer | undefined;
}

/** Six attempts in all: long enough for a server to restart, short enough for a waiting user. */
const retryDelaysMs = [500, 1_000, 2_000, 4_000, 8_000];
/**
 * The maximum total of the pauses; a server may ask for longer pauses than ours. Meanwhile, later messages of the
 * conversation wait too.
 */
const maxPausesMs = 60_000;

/**
 * Calls the model, and retries while the failure is retryable and the user has received nothing. If the model no longer
 * knows the conversation, or fails in a way that a new conversation may avoid, starts a new one, once.
 */
export const makeAskUntilAnswered =
  ({ models, clock, log }: AskUntilAnsweredPorts) =>
  async ({
    question,
    earlier,
    progress,
    newListener,
    limits,
    finished,
    ids,
  }: AskRequest): Promise<AnswerOutcome> => {
    const model = modelFor(models, question.integration);
    const ask = (): Promise<AnswerOutcome> => {
      progress.modelCalls += 1;
      return model.ask({ ...question, memory: progress.memory }, newListener(), limits);
    };
    const recover = async ({ reference, restart }: EarlierAnswer): Promise<AnswerOutcome> => {
      const asked = { ...question, memory: progress.memory };
      const recovered = await model.recover?.(asked, reference, newListener(), limits);
      if (recovered) return recovered;
      restart();
      progress.hasText = false;
      return ask();
    };
    let first = earlier;
    const cancelled = AbortSignal.any([limits.signal, finished]);
    const delays = retryDelaysMs.values();
    let pausedMs = 0;
    let mayStartNew = progress.memory !== undefined;
    for (;;) {
      const outcome = await (first ? recover(first) : ask());
      first = undefined;
      const hasText = progress.hasText || progress.firstTextAt !== undefined;
      if (outcome.status !== "failed" || hasText || finished.aborted) return outcome;
      const { code, detail, retryable, retryAfterMs = 0 } = outcome;
      log.warn("model_failed", { ...ids, code, detail, modelCalls: progress.modelCalls });
      const isOfConversation = code === "conversation_lost" || outcome.mayNeedNewConversation === true;
      if (isOfConversation && mayStartNew && clock.now() < limits.deadline) {
        mayStartNew = false;
        progress.triesNewConversation = code !== "conversation_lost";
        progress.memory = undefined;
        continue;
      }
      const pauseMs = retryable ? delays.next().value : undefined;
      if (pauseMs === undefined) return outcome;
      const delayMs = Math.max(pauseMs, retryAfterMs);
      pausedMs += delayMs;
      if (pausedMs > maxPausesMs || clock.now() + delayMs >= limits.deadline) return outcome;
      await clock.sleep(delayMs, cancelled);
      if (finished.aborted) return outcome;
    }
  };
