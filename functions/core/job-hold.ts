/** A worker's hold on a job that it was handed: while it lasts, the queue hands the job to nobody else. */
export interface JobHold {
  /** How often the job has been handed out, this time included. */
  readonly tries: number;
  /** From now on for `ms`, in the place of what was left. */
  holdFor(ms: number): Promise<void>;
}
