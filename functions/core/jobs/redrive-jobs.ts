import type { Clock } from "#core/shared/clock.ts";
import { type DeadLetterCause, type Job, type JobId, type JobQueue, jobIdOf } from "./job.ts";

interface Letter {
  /** The queue's own id for the message. */
  readonly messageId: string;
  /** Milliseconds since the epoch. */
  readonly addedAt: number;
}

/** A job among the dead letters. */
export interface DeadJob<J extends Job = Job> extends Letter {
  readonly job: J;
  readonly fault?: undefined;
  /** Undefined where the queue itself moved the job to the dead letters. */
  readonly cause: DeadLetterCause | undefined;
  /** Removes it from the dead letters. */
  remove(): Promise<void>;
}

/** A message that cannot be parsed. It cannot be removed here: it may be the only copy of a job. */
export interface UnreadableLetter extends Letter {
  readonly job?: undefined;
  readonly fault: string;
}

export type DeadLetter<J extends Job = Job> = DeadJob<J> | UnreadableLetter;

export interface ReadResult {
  /** Approximate number of dead letters that could not be read now. */
  readonly hidden: number;
}

/** Visits the dead letters one by one; those of a conversation in the order in which they were given up. */
export type ReadDeadLetters<J extends Job = Job> = (
  visit: (letter: DeadLetter<J>) => Promise<void>,
) => Promise<ReadResult>;

/**
 * - open: the job's record is reset, so workers will run it, and its tries are counted from zero.
 * - running: a worker has it now.
 * - settled: the job ended, and not in a failure.
 */
export type ReopenResult =
  | { readonly status: "open" }
  | { readonly status: "running" }
  | { readonly status: "settled"; readonly outcome: string };

/** Resets the record of a job that was given up. Idempotent. */
export type ReopenJob = (id: JobId) => Promise<ReopenResult>;

/** Redriven and settled letters are removed from the dead letters, settled ones without a run; all others stay there. */
export type RedriveResult =
  | { readonly status: "redriven" }
  | { readonly status: "settled"; readonly outcome: string }
  | { readonly status: "running" }
  | { readonly status: "given_up_again" }
  | { readonly status: "unreadable" }
  | { readonly status: "failed"; readonly reason: string };

export interface RedriveJobsPorts<J extends Job> {
  readonly readDeadLetters: ReadDeadLetters<J>;
  readonly reopen: ReopenJob;
  readonly queue: JobQueue<J>;
  readonly clock: Clock;
}

/** `isWanted` gets undefined for a message that cannot be parsed. */
export type RedriveJobs<J extends Job> = (
  isWanted: (job: J | undefined) => boolean,
  onLetter: (letter: DeadLetter<J>, result: RedriveResult) => void,
) => Promise<ReadResult>;

/**
 * Runs dead letters again. After a crash between two steps the letter is still there, and repeating all steps is safe:
 *
 * 1. reopen: first, or a fast worker would find the job done and drop it.
 * 2. send: a job that is sent twice runs once, since the second worker finds it running or done.
 * 3. remove: last, since until the job is queued the letter is its only copy.
 */
export const makeRedriveJobs = <J extends Job>({
  readDeadLetters,
  reopen,
  queue,
  clock,
}: RedriveJobsPorts<J>): RedriveJobs<J> => {
  const redrive = async ({ job, remove }: DeadJob<J>): Promise<RedriveResult> => {
    const reopened = await reopen(jobIdOf(job));
    if (reopened.status === "running") return reopened;
    if (reopened.status === "open") await queue.send([{ ...job, redrivenAt: clock.now() }]);
    // A settled job stays settled. Left among the dead letters, it would keep their alarm on.
    await remove();
    return reopened.status === "open" ? { status: "redriven" } : reopened;
  };

  return (isWanted, onLetter) => {
    const startedAt = clock.now();
    const resultOf = async (letter: DeadLetter<J>): Promise<RedriveResult> => {
      if (letter.fault !== undefined) return { status: "unreadable" };
      // A job that fails at once returns before the last letter is read: without this check the loop would never end.
      if ((letter.job.redrivenAt ?? 0) >= startedAt) return { status: "given_up_again" };
      return redrive(letter).catch((error: unknown) => ({ status: "failed", reason: String(error) }));
    };
    return readDeadLetters(async (letter) => {
      if (isWanted(letter.job)) onLetter(letter, await resultOf(letter));
    });
  };
};
