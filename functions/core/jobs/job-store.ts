import type { OpenMessage } from "#core/im/im-messages.ts";
import { dayMs } from "#core/shared/clock.ts";
import type { Lease } from "#core/shared/lease.ts";
import type { StoryBeginning, StoryEnding } from "#core/turn/turn-story.ts";
import type { JobId } from "./job.ts";

/** What a worker stores of its turn, for the worker that takes over if it dies. */
export interface TurnCheckpoint {
  /** The stream message that may be open. */
  readonly open?: OpenMessage | undefined;
  /** The model's reference for the turn; see `Model`. */
  readonly reference?: string | undefined;
}

/**
 * `tries`: number of times that the job was handed to a worker, including this one. The checkpoint is the last one of an
 * earlier worker.
 */
export type JobClaim =
  | ({ readonly status: "claimed"; readonly tries: number } & TurnCheckpoint)
  /** `heldUntil`: when the other worker's lease expires unless it is renewed, in milliseconds since the epoch. */
  | { readonly status: "busy"; readonly tries: number; readonly heldUntil: number }
  | { readonly status: "done" };

export interface PostponeOptions {
  /** Whether earlier tries no longer count either; default false. */
  readonly forgetsTries?: boolean;
}

/**
 * Records jobs, so that a message that is delivered again is not answered again. The holder of an expired lease can still
 * renew it or complete the job as long as no other worker has claimed the job, which the token shows.
 */
export interface JobStore {
  /** Acquires the job's lease, unless the job is done or another worker has it. `beginning`: kept with the claim, as the job's story. */
  claim(id: JobId, lease: Lease, beginning?: StoryBeginning): Promise<JobClaim>;
  /** Extends the lease; false if another worker has the job or it is done. */
  renew(id: JobId, lease: Lease): Promise<boolean>;
  /** Extends the lease, and replaces what the checkpoint has; undefined: that part stays. False if another worker has the job. */
  checkpoint(
    id: JobId,
    lease: Lease,
    open: OpenMessage | undefined,
    reference?: string | undefined,
  ): Promise<boolean>;
  /** Records that the user is told something once: to wait, or the reply to a command. False if they already were, or another worker has the job. */
  claimNotice(id: JobId, token: string): Promise<boolean>;
  /**
   * Marks the job as done; the record expires at `rememberUntil` (milliseconds since the epoch). False if another worker
   * has the job.
   */
  complete(
    id: JobId,
    token: string,
    outcome: string,
    rememberUntil: number,
    ending?: StoryEnding,
  ): Promise<boolean>;
  /** Releases the job for another try. */
  release(id: JobId, token: string): Promise<void>;
  /** Releases the job without counting a try. */
  postpone(id: JobId, token: string, options?: PostponeOptions): Promise<void>;
}

/**
 * How long a done job is remembered: longer than the IM or the queue may deliver it again. SQS keeps a message for 4
 * days.
 */
export const rememberJobForMs = 5 * dayMs;
