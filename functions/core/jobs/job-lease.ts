import type { Clock } from "#core/shared/clock.ts";
import { type ActiveLease, keepLease, type Lease, leaseMs } from "#core/shared/lease.ts";
import type { Log } from "#core/shared/log.ts";
import { type Job, jobIdOf } from "./job.ts";
import { idsOf } from "./job-report.ts";
import { type JobStore, rememberJobForMs } from "./job-store.ts";

/** A job's message in its queue: while it is hidden, the queue hands the job to no other worker. */
export interface JobVisibility {
  /** How often the queue has handed the job out, this time included: used while its record cannot be read. */
  readonly receiveCount: number;
  /** From now on for `ms`, in the place of what was left. */
  hideFor(ms: number): Promise<void>;
}

/** "done": the job has ended, now or before. "retry": it comes back once its message is visible. */
export type JobResult = "done" | "retry";

/** A job whose record a worker has leased. */
export interface LeasedJob<J extends Job = Job> {
  readonly job: J;
  readonly lease: Lease;
  /** How often the job has been handed to a worker, this time included. */
  readonly tries: number;
}

export interface JobLeasesPorts {
  readonly jobs: JobStore;
  readonly clock: Clock;
  readonly log: Log;
}

/** What a worker does with the lease of a job. The last three never reject: what was done for the job is done. */
export interface JobLeases {
  /** Renews the lease, and hides the job's message, for as long as `work` takes. */
  keep<T>(leased: LeasedJob, visibility: JobVisibility, work: (lease: ActiveLease) => Promise<T>): Promise<T>;
  /** The job has ended: delivered again, it would end again. */
  complete(leased: LeasedJob, outcome: string): Promise<void>;
  /** Gives the job up for another try. Where that fails, the lease runs out. */
  release(leased: LeasedJob): Promise<void>;
  /** Gives it back without counting a try. Where that fails, the lease runs out. */
  postpone(leased: LeasedJob): Promise<void>;
}

/** Logs what failed next to a job, which goes on. */
export const logWarning =
  (log: Log, event: string, job: Job) =>
  (error: unknown): void =>
    log.warn(event, { ...idsOf(job), reason: String(error) });

export const makeJobLeases = ({ jobs, clock, log }: JobLeasesPorts): JobLeases => ({
  keep: async ({ job, lease: { token, expiresAt } }, visibility, work) => {
    const id = jobIdOf(job);
    const warn = logWarning(log, "job_lease_not_renewed", job);
    const hide = (): Promise<void> => visibility.hideFor(leaseMs).catch(warn);

    const renew = async (until: number): Promise<boolean> => {
      const [renewed] = await Promise.all([jobs.renew(id, { token, expiresAt: until }), hide()]);
      if (!renewed) log.error("job_lease_lost", idsOf(job));
      return renewed;
    };

    // The queue hides a message for longer than a function may run; from now on the heartbeat decides.
    const shortened = hide();
    try {
      return await keepLease({ clock, expiresAt, renew, onError: warn }, work);
    } finally {
      await shortened;
    }
  },
  complete: async ({ job, lease: { token } }, outcome) => {
    const isHeld = await jobs
      .complete(jobIdOf(job), token, outcome, clock.now() + rememberJobForMs)
      .catch(logWarning(log, "job_completion_not_saved", job));
    if (isHeld === false) log.error("job_lease_lost", idsOf(job));
  },
  postpone: ({ job, lease: { token } }) =>
    jobs.postpone(jobIdOf(job), token).catch(logWarning(log, "job_lease_not_released", job)),
  release: ({ job, lease: { token } }) =>
    jobs.release(jobIdOf(job), token).catch(logWarning(log, "job_lease_not_released", job)),
});
