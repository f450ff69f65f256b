import type { Clock } from "#core/shared/clock.ts";
import type { Log, LogFields } from "#core/shared/log.ts";
import type { Metrics } from "#core/shared/metrics.ts";
import type { PseudonymOf } from "#core/shared/pseudonym.ts";
import type { Job } from "./job.ts";

/** A job's stages and the metric of each. Each stage also writes one log line. */
export const jobMetrics = {
  accepted: "JobAccepted",
  tried: "JobTried",
  delivered: "JobDelivered",
  given_up: "JobGivenUp",
  dropped: "JobDropped",
  recalled: "JobRecalled",
  stopped: "JobStopped",
  merged: "JobMerged",
  limited: "JobLimited",
  repeated: "JobRepeated",
} as const;

export type JobStage = keyof typeof jobMetrics;

export interface JobReportPorts {
  readonly log: Log;
  readonly metrics: Metrics;
  readonly clock: Clock;
  readonly pseudonymOf: PseudonymOf;
}

/**
 * Every accepted job ends in one of these ways, except duplicates within five minutes, which SQS discards:
 * - delivered, or given up;
 * - dropped: its bot or integration was removed or disabled;
 * - recalled: its message was taken back;
 * - stopped: its message was sent before the cutoff of its chat (see `CutoffStore`);
 * - merged: another job asks its message;
 * - limited: a limit did not allow it;
 * - repeated: it was already done.
 *
 * `isError`: logged as an error, for an operator to look at.
 */
export type ReportJob = (stage: JobStage, job: Job, fields?: LogFields, isError?: boolean) => void;

/** The ids in all of a job's log lines. */
export const idsOf = (job: Job): LogFields => ({
  app: job.appKey,
  bot: job.botUserId,
  integration: job.integrationType,
  msgUID: job.event.data.msgUID,
});

/** Reports a job's stage with the time since it was accepted. */
export const makeReportJob =
  ({ log, metrics, clock, pseudonymOf }: JobReportPorts): ReportJob =>
  (stage, job, fields = {}, isError = stage === "given_up") => {
    const sinceAcceptedMs = clock.now() - job.acceptedAt;
    log[isError ? "error" : "info"](`job_${stage}`, {
      ...idsOf(job),
      user: pseudonymOf(job.appKey, job.event.data.fromUserId),
      eventType: job.event.type,
      sinceAcceptedMs,
      ...fields,
    });
    metrics.time(jobMetrics[stage], sinceAcceptedMs, { integration: job.integrationType });
  };
