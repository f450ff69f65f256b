import type { Clock } from "#core/shared/clock.ts";
import { type DeadLetterCause, type Job, type JobId, type JobQueue, jobIdOf } from "./job.ts";

interface Letter {
  /** The queue's id for the message. */
  readonly messageId: string;
  /** Milliseconds since the epoch. */
  readonly addedAt: number;
}

/** A job among the dead letters. */
export interface DeadJob<J extends Job = Job> extends Letter {
  readonly job: J;
  readonly fault?: undefined;
  /** Undefined if the queue itself moved the job to the dead letters. */
  readonly cause: DeadLetterCause | undefined;
  /** Removes it from the dead letters. */
  remove(): Promise<void>;
}

/** A message that cannot be parsed. It has no `remove`: it may be the only copy of a job. */
export interface UnreadableLetter extends Letter {
  readonly job?: undefined;
  readonly fault: string;
}

export type DeadLetter<J extends Job = Job> = DeadJob<J> | UnreadableLetter;

export interface ReadResult {
  /** Approximate number of dead letters that were hidden and could not be read. */
  readonly hidden: number;
  /** Whether a limit ended the reading before the end of the queue. */
  readonly isCut: boolean;
}

export type IsWanted<J extends Job = Job> = (letter: DeadLetter<J>) => boolean;

/** For callers that have little time and memory. Without a limit, the whole queue is read. */
export interface DeadLetterReadLimits {
  /** How many letters are visited. */
  readonly maxVisits?: number;
  /** How many are received, also of those that are not wanted. */
  readonly maxReceived?: number;
  /** Nothing is received or visited after it. In milliseconds since the epoch. */
  readonly deadline?: number;
}

export interface ReadOptions<J extends Job> extends DeadLetterReadLimits {
  /** Others are not visited, and their content is not kept in memory. Default: all. */
  readonly isWanted?: IsWanted<J>;
}

/** Calls `visit` for each dead letter in turn; those of a conversation in the order in which they were given up. */
export type ReadDeadLetters<J extends Job = Job> = (
  visit: (letter: DeadLetter<J>) => Promise<void>,
  options?: ReadOptions<J>,
) => Promise<ReadResult>;

/**
 * - open: the job's record was reset, so workers will run it and count its tries from zero.
 * - running: a worker has the job now.
 * - settled: the job ended without a failure.
 */
export type ReopenResult =
  | { readonly status: "open" }
  | { readonly status: "running" }
  | { readonly status: "settled"; readonly outcome: string };

/** Resets the record of a job that was given up. Idempotent. */
export type ReopenJob = (id: JobId) => Promise<ReopenResult>;

/** Redriven and settled jobs are removed from the dead letters, settled ones without running again; all others stay. */
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

export type RedriveJobs<J extends Job = Job> = (
  isWanted: IsWanted<J>,
  onLetter: (letter: DeadLetter<J>, result: RedriveResult) => void,
  limits?: DeadLetterReadLimits,
) => Promise<ReadResult>;

/**
 * Redrives dead letters. After a crash between two steps the letter still exists, and repeating all steps is safe:
 *
 * 1. reopen: first; otherwise a fast worker would find the job done and drop it.
 * 2. send: a job that is sent twice runs once, since the second worker finds it running or done.
 * 3. remove: last; until the job is queued, the letter is its only copy.
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
    // A settled job is not run again; as a dead letter, it would keep the alarm on.
    await remove();
    return reopened.status === "open" ? { status: "redriven" } : reopened;
  };

  return (isWanted, onLetter, limits) => {
    const startedAt = clock.now();
    const resultOf = async (letter: DeadLetter<J>): Promise<RedriveResult> => {
      if (letter.fault !== undefined) return { status: "unreadable" };
      // A job that fails immediately returns before the last letter is read: without this check the loop would never end.
      if ((letter.job.redrivenAt ?? 0) >= startedAt) return { status: "given_up_again" };
      return redrive(letter).catch((error: unknown) => ({ status: "failed", reason: String(error) }));
    };
    const visit = async (letter: DeadLetter<J>) => onLetter(letter, await resultOf(letter));
    return readDeadLetters(visit, { ...limits, isWanted });
  };
};
