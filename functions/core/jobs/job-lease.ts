import type { Clock } from "#core/shared/clock.ts";
import { type ExtendableLease, heartbeatMs, keepLease, type Lease, leaseMs } from "#core/shared/lease.ts";
import type { Log } from "#core/shared/log.ts";
import { type Job, jobIdOf } from "./job.ts";
import { idsOf } from "./job-report.ts";
import { type JobStore, type PostponeOptions, rememberJobForMs } from "./job-store.ts";
import type { JobEnding } from "./job-story.ts";

/** The visibility of a job's message in its queue: while it is hidden, no other worker receives the job. */
export interface JobVisibility {
  /**
   * Number of times that the queue has delivered the job, including this one; used while the job's record cannot be
   * read.
   */
  readonly receiveCount: number;
  /** When the queue delivered the job for the first time, in milliseconds since the epoch. */
  readonly firstReceivedAt: number;
  /**
   * Whether this delivery is the job's latest, found out while the worker begins; absent: it is. Otherwise another worker is
   * responsible, and this one leaves the job as it was. Never rejects.
   */
  readonly isLatest?: Promise<boolean>;
  /** Hides the message for `ms` milliseconds from now; replaces the remaining time. */
  hideFor(ms: number): Promise<void>;
}

/** "done": the job has ended, now or earlier. "retry": the queue delivers it again once its message is visible. */
export type JobResult = "done" | "retry";

/** A job that a worker has leased. */
export interface LeasedJob<J extends Job = Job> {
  readonly job: J;
  readonly lease: Lease;
  /** Number of times that the job was handed to a worker, including this one. */
  readonly tries: number;
}

export interface JobLeasesPorts {
  readonly jobs: JobStore;
  readonly clock: Clock;
  readonly log: Log;
}

/** Operations on the lease of a job. `complete`, `release` and `postpone` never reject: they log failures. */
export interface JobLeases {
  /** Renews the lease, and keeps the job's message hidden, for as long as `work` runs. */
  keep<T>(
    leased: LeasedJob,
    visibility: JobVisibility,
    work: (lease: ExtendableLease) => Promise<T>,
  ): Promise<T>;
  /** Marks the job as done, so that another delivery of it has no effect. */
  complete(leased: LeasedJob, outcome: string, ending: JobEnding): Promise<void>;
  /** Releases the job for another try. If that fails, the lease expires. */
  release(leased: LeasedJob): Promise<void>;
  /** Releases the job without counting a try, or any earlier one. If that fails, the lease expires. */
  postpone(leased: LeasedJob, options?: PostponeOptions): Promise<void>;
}

/** Returns a handler that logs an error which does not stop the job. */
export const logWarning =
  (log: Log, event: string, job: Job) =>
  (error: unknown): void =>
    log.warn(event, { ...idsOf(job), reason: String(error) });

export const makeJobLeases = ({ jobs, clock, log }: JobLeasesPorts): JobLeases => ({
  keep: ({ job, lease: { token, expiresAt } }, visibility, work) => {
    const id = jobIdOf(job);
    const warn = logWarning(log, "job_lease_not_renewed", job);
    const renew = async (until: number): Promise<boolean> => {
      const renewed = await jobs.renew(id, { token, expiresAt: until });
      if (!renewed) log.error("job_lease_lost", idsOf(job));
      return renewed;
    };
    const keepHidden = async (ended: AbortSignal): Promise<void> => {
      for (;;) {
        await clock.sleep(heartbeatMs, ended);
        if (ended.aborted) return;
        await visibility.hideFor(leaseMs).catch(warn);
      }
    };

    return keepLease({ clock, expiresAt, renew, onError: warn }, async (lease) => {
      const ended = new AbortController();
      const hiding = keepHidden(AbortSignal.any([lease.signal, ended.signal]));
      try {
        return await work(lease);
      } finally {
        ended.abort("ended");
        await hiding;
      }
    });
  },
  complete: async ({ job, lease: { token }, tries }, outcome, ending) => {
    const endedAt = clock.now();
    const isHeld = await jobs
      .complete(jobIdOf(job), token, outcome, endedAt + rememberJobForMs, { ...ending, tries, endedAt })
      .catch(logWarning(log, "job_completion_not_saved", job));
    if (isHeld === false) log.error("job_lease_lost", idsOf(job));
  },
  postpone: ({ job, lease: { token } }, options) =>
    jobs.postpone(jobIdOf(job), token, options).catch(logWarning(log, "job_lease_not_released", job)),
  release: ({ job, lease: { token } }) =>
    jobs.release(jobIdOf(job), token).catch(logWarning(log, "job_lease_not_released", job)),
});
