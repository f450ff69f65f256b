import type { OpenMessage } from "#core/im/im-messages.ts";
import type { JobId } from "./job.ts";

export interface Lease {
  /** Random: every write of the job's record is conditional on it. */
  readonly token: string;
  /** Milliseconds since the epoch; from then on another worker may take the job. */
  readonly expiresAt: number;
}

/**
 * `tries`: how often the job has been handed to a worker, this time included. `open`: the stream message that a worker before
 * this one noted and may have left open.
 */
export type JobClaim =
  | { readonly status: "claimed"; readonly tries: number; readonly open?: OpenMessage | undefined }
  /** `heldUntil`: until when somebody else has it, in milliseconds since the epoch, unless they hold it for longer. */
  | { readonly status: "busy"; readonly tries: number; readonly heldUntil: number }
  | { readonly status: "done" };

/**
 * Remembers each job, so that a message delivered again is not answered again. A lease that has run out is still its
 * holder's to renew or complete for as long as nobody else has taken the job: the token tells.
 */
export interface JobStore {
  /** Takes the job, unless it is done or somebody else holds it. */
  claim(id: JobId, lease: Lease): Promise<JobClaim>;
  /** Holds the job for longer. False: it is another's by now, or done. */
  renew(id: JobId, lease: Lease): Promise<boolean>;
  /** Notes the stream message in hand, for whoever takes the job should its worker die. */
  note(id: JobId, token: string, open: OpenMessage): Promise<void>;
  /** Marks the job as done, to be remembered until `rememberUntil`. False: it is another's by now. */
  complete(id: JobId, token: string, outcome: string, rememberUntil: number): Promise<boolean>;
  /** Gives the job up for another try. */
  release(id: JobId, token: string): Promise<void>;
  /** Gives it back as if it had not been taken: this was no try. */
  postpone(id: JobId, token: string): Promise<void>;
}

/** A done job is remembered for longer than any IM or queue delivers again: SQS keeps a job 4 days. */
export const rememberJobForMs = 5 * 24 * 60 * 60 * 1000;
