import type { AnswerReceiver } from "#core/answer/answer-sink.ts";
import { questionRecalled } from "#core/answer/model.ts";
import type { Clock } from "#core/shared/clock.ts";

/** How often a running turn looks for the recall of its message, in milliseconds; as often as a turn over HTTP for a stop. */
const pollMs = 2_000;

export interface RecallWatchPorts {
  /** Whether the turn's message was taken back. `mayLag`: it will be asked again soon. */
  readonly isRecalled: (options: { readonly mayLag: boolean }) => Promise<boolean>;
  /** Aborted when another worker has the turn. */
  readonly lost: AbortSignal;
  readonly clock: Clock;
  readonly onError: (error: unknown) => void;
}

export interface RecallWatch {
  /** Aborted once the message was taken back. */
  readonly signal: AbortSignal;
  /** Looks now, in addition. Never rejects. */
  check(): Promise<void>;
}

/** Looks for a recall for as long as `work` runs. */
export const watchRecall = async <T>(
  { isRecalled, lost, clock, onError }: RecallWatchPorts,
  work: (watch: RecallWatch) => Promise<T>,
): Promise<T> => {
  const recalled = new AbortController();
  const ended = new AbortController();

  const checkOnce = async (mayLag: boolean): Promise<void> => {
    try {
      if (await isRecalled({ mayLag })) recalled.abort(questionRecalled);
    } catch (error) {
      onError(error);
    }
  };
  const poll = async (): Promise<void> => {
    const stopped = AbortSignal.any([ended.signal, lost]);
    while (!recalled.signal.aborted) {
      await clock.sleep(pollMs, stopped);
      if (stopped.aborted) return;
      await checkOnce(true);
    }
  };

  const polling = poll();
  try {
    return await work({ signal: recalled.signal, check: () => checkOnce(false) });
  } finally {
    ended.abort("ended");
    await polling;
  }
};

/** A receiver that shows nothing more once the question was taken back. */
export interface RecallableReceiver extends AnswerReceiver {
  /** Whether the answer has ended for this reason. */
  wasRecalled(): boolean;
}

/** `isWhole`: the answer is sent only at its end, so that a recall is looked for once more before. */
export const makeRecallableReceiver = (
  { sink, ...receiver }: AnswerReceiver,
  { signal, check }: RecallWatch,
  isWhole: boolean,
): RecallableReceiver => {
  let endedByRecall = false;
  return {
    ...receiver,
    wasRecalled: () => endedByRecall,
    sink: {
      ...sink,
      delta: (text) => (signal.aborted ? undefined : sink.delta(text)),
      replace: (text, all) => (signal.aborted ? undefined : sink.replace(text, all)),
      end: async (ending) => {
        if (isWhole && ending.status !== "abandoned") await check();
        if (!signal.aborted || ending.status === "abandoned") return sink.end(ending);
        endedByRecall = true;
        return sink.end({ status: "stopped", isRecalled: true });
      },
    },
  };
};
