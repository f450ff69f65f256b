import { type AnswerOutcome, isAnswer } from "#core/answer/answer.ts";
import type { AnswerListener, AskLimits } from "#core/answer/model.ts";

export interface QuestionRun {
  /** Asks the server and reads its answer. Ends soon after `ended` aborts, and may abort it. */
  readonly answer: (listener: AnswerListener, ended: AbortController) => Promise<AnswerOutcome>;
  /** What to remember of the conversation with what has been answered so far; undefined where nothing is to be kept. */
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
  let early: AnswerOutcome | undefined;
  let remembering: Promise<void> | undefined;

  const remember = async (): Promise<void> => {
    const remembered = memory();
    if (remembered !== undefined) await listener({ type: "memory", memory: remembered });
  };
  const hear: AnswerListener = (event) => (early ? undefined : listener(event));

  const onAbort = (): void => {
    early ??= { status: "abandoned" };
    ended.abort();
  };
  const onStop = (): void => {
    if (early) return;
    early = { status: "stopped" };
    // At once: the listener accepts nothing more soon after a stop.
    remembering = remember();
    // It is awaited below; this only prevents an unhandled rejection until then.
    remembering.catch(() => {});
    ended.abort();
  };

  if (signal.aborted) return { status: "abandoned" };
  if (stop?.aborted) return { status: "stopped" };
  signal.addEventListener("abort", onAbort, { once: true });
  stop?.addEventListener("abort", onStop, { once: true });
  try {
    const outcome = await answer(hear, ended);
    if (isAnswer(outcome) && !early) remembering = remember();
    await remembering;
    return early ?? outcome;
  } finally {
    signal.removeEventListener("abort", onAbort);
    stop?.removeEventListener("abort", onStop);
    ended.abort();
  }
};
