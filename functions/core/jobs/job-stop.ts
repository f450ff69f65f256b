import type { AnswerReceiver } from "#core/answer/answer-sink.ts";
import { questionRecalled } from "#core/answer/model.ts";
import type { Clock } from "#core/shared/clock.ts";
import type { TurnJob } from "./job.ts";

/**
 * Why nobody wants the answer. "recalled": its message was taken back. "stopped": its message was sent before the cutoff of its
 * chat.
 */
export type JobStop = "recalled" | "stopped";

/** `mayLag`: what was stored in the last second may be missed. */
export type FindStop = (job: TurnJob, options: { readonly mayLag: boolean }) => Promise<JobStop | undefined>;

/** How often a running turn looks for a stop, in milliseconds; as often as a turn over HTTP. */
const pollMs = 2_000;

export interface StopWatchPorts {
  readonly findStop: (options: { readonly mayLag: boolean }) => Promise<JobStop | undefined>;
  /** Aborted when another worker has the turn. */
  readonly lost: AbortSignal;
  readonly clock: Clock;
  readonly onError: (error: unknown) => void;
}

export interface StopWatch {
  /** Aborted once the answer is not wanted any more, with `questionRecalled` if the question is to be forgotten. */
  readonly signal: AbortSignal;
  readonly found: () => JobStop | undefined;
  /** Looks now, in addition. Never rejects. */
  check(): Promise<void>;
}

/** Looks for a stop for as long as `work` runs. */
export const watchForStop = async <T>(
  { findStop, lost, clock, onError }: StopWatchPorts,
  work: (watch: StopWatch) => Promise<T>,
): Promise<T> => {
  const stopped = new AbortController();
  const ended = new AbortController();
  let found: JobStop | undefined;

  const checkOnce = async (mayLag: boolean): Promise<void> => {
    try {
      const stop = await findStop({ mayLag });
      // Another look that began later may have ended sooner.
      found ??= stop;
    } catch (error) {
      onError(error);
    }
    if (found !== undefined) stopped.abort(found === "recalled" ? questionRecalled : found);
  };
  const poll = async (): Promise<void> => {
    const over = AbortSignal.any([ended.signal, lost]);
    while (!stopped.signal.aborted) {
      await clock.sleep(pollMs, over);
      if (over.aborted) return;
      await checkOnce(true);
    }
  };

  const polling = poll();
  try {
    return await work({ signal: stopped.signal, found: () => found, check: () => checkOnce(false) });
  } finally {
    ended.abort("ended");
    await polling;
  }
};

/** A receiver that shows nothing more once the answer is not wanted. */
export interface StoppableReceiver extends AnswerReceiver {
  /** Why the answer has ended early; undefined if it has not. */
  stoppedBy(): JobStop | undefined;
}

/** `isWhole`: the answer is sent only at its end, so that a stop is looked for once more before. */
export const makeStoppableReceiver = (
  { sink, ...receiver }: AnswerReceiver,
  { signal, found, check }: StopWatch,
  isWhole: boolean,
): StoppableReceiver => {
  let stoppedBy: JobStop | undefined;
  return {
    ...receiver,
    stoppedBy: () => stoppedBy,
    sink: {
      ...sink,
      delta: (text) => (signal.aborted ? undefined : sink.delta(text)),
      replace: (text, all) => (signal.aborted ? undefined : sink.replace(text, all)),
      end: async (ending) => {
        if (isWhole && ending.status !== "abandoned") await check();
        if (!signal.aborted || ending.status === "abandoned") return sink.end(ending);
        stoppedBy = found();
        return sink.end({ status: "stopped", dropsRest: true });
      },
    },
  };
};
