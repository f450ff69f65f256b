import { type AnswerOutcome, isAnswer } from "#core/answer/answer.ts";
import type { AnswerListener, AskLimits } from "#core/answer/model.ts";

export interface QuestionRun {
  /** Asks the server and reads its answer. Ends soon after `ended` aborts, and may abort it. */
  readonly answer: (listener: AnswerListener, ended: AbortController) => Promise<AnswerOutcome>;
  /** The conversation's memory including the answer so far; undefined if nothing is to be stored. */
  readonly memory: () => string | undefined;
}

/**
 * Runs one question for a server that has no call to stop an answer: a stop or an abort closes the connection. The memory is
 * emitted once, after a complete answer or on a stop, never after a failure.
 */
export const runQuestion = async (
  { answer, memory }: QuestionRun,
  listener: AnswerListener,
  { signal, stop }: Pick<AskLimits, "signal" | "stop">,
): Promise<AnswerOutcome> => {
  const ended = new AbortController();
  let earlyOutcome: AnswerOutcome | undefined;
  let emittingMemory: Promise<void> | undefined;

  const emitMemory = async (): Promise<void> => {
    const newMemory = memory();
    if (newMemory !== undefined) await listener({ type: "memory", memory: newMemory });
  };
  const forward: AnswerListener = (event) => (earlyOutcome ? undefined : listener(event));

  const onAbort = (): void => {
    earlyOutcome ??= { status: "abandoned" };
    ended.abort();
  };
  const onStop = (): void => {
    if (earlyOutcome) return;
    earlyOutcome = { status: "stopped" };
    // At once: the listener accepts nothing more soon after a stop.
    emittingMemory = emitMemory();
    // It is awaited below; this only prevents an unhandled rejection until then.
    emittingMemory.catch(() => {});
    ended.abort();
  };

  if (signal.aborted) return { status: "abandoned" };
  if (stop?.aborted) return { status: "stopped" };
  signal.addEventListener("abort", onAbort, { once: true });
  stop?.addEventListener("abort", onStop, { once: true });
  try {
    const outcome = await answer(forward, ended);
    if (isAnswer(outcome) && !earlyOutcome) emittingMemory = emitMemory();
    await emittingMemory;
    return earlyOutcome ?? outcome;
  } finally {
    signal.removeEventListener("abort", onAbort);
    stop?.removeEventListener("abort", onStop);
    ended.abort();
  }
};
