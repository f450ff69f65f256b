import type { OpenMessage } from "#core/im/im-messages.ts";
import type { Lease } from "#core/shared/lease.ts";
import type { JobId } from "./job.ts";

/**
 * `tries`: how often the job has been handed to a worker, this time included. `open`: the stream message that an earlier worker
 * saved and may have left open.
 */
export type JobClaim =
  | { readonly status: "claimed"; readonly tries: number; readonly open?: OpenMessage | undefined }
  /** `heldUntil`: when the other worker's lease ends, unless it is renewed, in milliseconds since the epoch. */
  | { readonly status: "busy"; readonly tries: number; readonly heldUntil: number }
  | { readonly status: "done" };

/**
 * Remembers each job, so that a message delivered again is not answered again. A lease that has run out can still be
 * renewed or completed by its holder as long as no other worker has taken the job: the token shows.
 */
export interface JobStore {
  /** Takes the job, unless it is done or another worker holds it. */
  claim(id: JobId, lease: Lease): Promise<JobClaim>;
  /** Extends the lease. False: another worker has the job, or it is done. */
  renew(id: JobId, lease: Lease): Promise<boolean>;
  /** Saves the open stream message, for the worker that takes the job over if this one dies. */
  checkpoint(id: JobId, token: string, open: OpenMessage): Promise<void>;
  /** Marks the job as done, to be remembered until `rememberUntil`. False: another worker has it. */
  complete(id: JobId, token: string, outcome: string, rememberUntil: number): Promise<boolean>;
  /** Gives the job up for another try. */
  release(id: JobId, token: string): Promise<void>;
  /** Gives it back as if it had not been taken: this was no try. */
  postpone(id: JobId, token: string): Promise<void>;
}

/** A done job is remembered for longer than any IM or queue delivers it again: SQS keeps a job 4 days. */
export const rememberJobForMs = 5 * 24 * 60 * 60 * 1000;
