import type { Clock } from "#core/shared/clock.ts";
import type { Log } from "#core/shared/log.ts";
import { type Job, jobIdOf } from "./job.ts";
import { idsOf } from "./job-report.ts";
import { type JobStore, rememberJobForMs } from "./job-store.ts";

/** A worker's own hold on the record of a job, from the claim on. */
export interface HeldJob<J extends Job = Job> {
  readonly job: J;
  readonly token: string;
  /** How often the job has been handed to a worker, this time included. */
  readonly tries: number;
}

export interface HeldJobsPorts {
  readonly jobs: JobStore;
  readonly clock: Clock;
  readonly log: Log;
}

/** What every worker does with a job that it holds. Neither rejects: what was done for the job is done. */
export interface HeldJobs {
  /** It has its end: a job that came back would have another. */
  complete(held: HeldJob, outcome: string): Promise<void>;
  /** Gives it up for another try. Where that fails, the lease runs out. */
  release(held: HeldJob): Promise<void>;
  /** Gives it back, as if it had not been taken. Where that fails, the lease runs out. */
  postpone(held: HeldJob): Promise<void>;
}

/** Tells in the log what went wrong beside a job, and lets it go on. */
export const warnOf =
  (log: Log, event: string, job: Job) =>
  (error: unknown): void =>
    log.warn(event, { ...idsOf(job), reason: String(error) });

export const makeHeldJobs = ({ jobs, clock, log }: HeldJobsPorts): HeldJobs => ({
  complete: async ({ job, token }, outcome) => {
    const isOurs = await jobs
      .complete(jobIdOf(job), token, outcome, clock.now() + rememberJobForMs)
      .catch(warnOf(log, "job_not_completed", job));
    if (isOurs === false) log.error("job_lost", idsOf(job));
  },
  postpone: ({ job, token }) =>
    jobs.postpone(jobIdOf(job), token).catch(warnOf(log, "job_not_released", job)),
  release: ({ job, token }) => jobs.release(jobIdOf(job), token).catch(warnOf(log, "job_not_released", job)),
});
