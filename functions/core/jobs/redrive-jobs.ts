import type { Clock } from "#core/shared/clock.ts";
import { type Epitaph, type Job, type JobId, type JobQueue, jobIdOf } from "./job.ts";

interface Letter {
  /** The queue's own id of it. */
  readonly messageId: string;
  /** Milliseconds since the epoch. */
  readonly buriedAt: number;
}

/** A job among the dead letters. */
export interface DeadJob<J extends Job = Job> extends Letter {
  readonly job: J;
  readonly fault?: undefined;
  /** Absent where the queue itself gave it up. */
  readonly epitaph: Epitaph | undefined;
  /** Takes it out of the dead letters. */
  remove(): Promise<void>;
}

/** A message that nobody can read. It cannot be removed here: whatever it is, it is there only once. */
export interface UnreadableLetter extends Letter {
  readonly job?: undefined;
  readonly fault: string;
}

export type DeadLetter<J extends Job = Job> = DeadJob<J> | UnreadableLetter;

export interface Reading {
  /** About how many more lie there, and could not be had now. */
  readonly hidden: number;
}

/** Visits the dead letters one after another, those of a conversation in the order in which they were given up. */
export type ReadDeadLetters<J extends Job = Job> = (
  visit: (letter: DeadLetter<J>) => Promise<void>,
) => Promise<Reading>;

/** Open: no worker will find it done, and its tries begin anew. Settled: it has come to an end that is not a failure. */
export type Reopened =
  | { readonly status: "open" }
  | { readonly status: "running" }
  | { readonly status: "settled"; readonly outcome: string };

/** Forgets that a job was given up. Harmless when it is done twice. */
export type ReopenJob = (id: JobId) => Promise<Reopened>;

/** What became of a dead letter. Settled: taken out without a run. All but it and redriven: it lies where it lay. */
export type LetterFate =
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

/** `isWanted` is asked with nothing for a message that nobody can read. */
export type RedriveJobs<J extends Job> = (
  isWanted: (job: J | undefined) => boolean,
  tell: (letter: DeadLetter<J>, fate: LetterFate) => void,
) => Promise<Reading>;

/**
 * Has dead letters run again. A crash between two steps leaves the letter, and doing it again is harmless:
 *
 *   reopen   first, or a worker that is quick would find the job done, and drop it
 *   send     a job sent twice runs once: whoever comes second finds it running or done
 *   remove   last: until the job is safely queued, the letter is all there is of it
 */
export const makeRedriveJobs = <J extends Job>({
  readDeadLetters,
  reopen,
  queue,
  clock,
}: RedriveJobsPorts<J>): RedriveJobs<J> => {
  const redrive = async ({ job, remove }: DeadJob<J>): Promise<LetterFate> => {
    const reopened = await reopen(jobIdOf(job));
    if (reopened.status === "running") return reopened;
    if (reopened.status === "open") await queue.send([{ ...job, redrivenAt: clock.now() }]);
    // A settled one stays settled. As a letter it would only call a person again and again.
    await remove();
    return reopened.status === "open" ? { status: "redriven" } : reopened;
  };

  return (isWanted, tell) => {
    const startedAt = clock.now();
    const fateOf = async (letter: DeadLetter<J>): Promise<LetterFate> => {
      if (letter.fault !== undefined) return { status: "unreadable" };
      // What fails at once is back before the last letter is read: round and round without end.
      if ((letter.job.redrivenAt ?? 0) >= startedAt) return { status: "given_up_again" };
      return redrive(letter).catch((error: unknown) => ({ status: "failed", reason: String(error) }));
    };
    return readDeadLetters(async (letter) => {
      if (isWanted(letter.job)) tell(letter, await fateOf(letter));
    });
  };
};
