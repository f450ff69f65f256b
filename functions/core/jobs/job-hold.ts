/** A worker's hold on a job that it was handed: while it lasts, the queue hands the job to nobody else. */
export interface JobHold {
  /** How often the queue has handed the job out, this time included: for as long as its record cannot be asked. */
  readonly tries: number;
  /** From now on for `ms`, in the place of what was left. */
  holdFor(ms: number): Promise<void>;
}

/** Done: the job has had its end, now or before. Again: it must come back, and will once the hold is over. */
export type JobFate = "done" | "again";
