import type { Clock } from "#core/shared/clock.ts";
import type { Log, LogFields } from "#core/shared/log.ts";
import type { Metrics } from "#core/shared/metrics.ts";
import type { Job } from "./job.ts";

/** What happens to a job, and the metric that counts it. Each is one log line, too. */
export const jobMetrics = {
  accepted: "JobAccepted",
  tried: "JobTried",
  delivered: "JobDelivered",
  given_up: "JobGivenUp",
  dropped: "JobDropped",
  repeated: "JobRepeated",
} as const;

export type JobStage = keyof typeof jobMetrics;

export interface JobReportPorts {
  readonly log: Log;
  readonly metrics: Metrics;
  readonly clock: Clock;
}

/**
 * Every accepted job ends delivered, given up, dropped (its bot or integration is gone) or repeated (it was done before), except
 * for copies within five minutes, which SQS itself discards. `wrong`: a person should look at it.
 */
export type ReportJob = (stage: JobStage, job: Job, facts?: LogFields, wrong?: boolean) => void;

/** The ids by which a job's lines are found. */
export const idsOf = (job: Job): LogFields => ({
  app: job.appKey,
  bot: job.botUserId,
  integration: job.integrationType,
  msgUID: job.event.data.msgUID,
});

/** Reports a job's stage with the time since it was accepted. */
export const makeReportJob =
  ({ log, metrics, clock }: JobReportPorts): ReportJob =>
  (stage, job, facts = {}, wrong = stage === "given_up") => {
    const sinceAcceptedMs = clock.now() - job.acceptedAt;
    log[wrong ? "error" : "info"](`job_${stage}`, {
      ...idsOf(job),
      eventType: job.event.type,
      sinceAcceptedMs,
      ...facts,
    });
    metrics.time(jobMetrics[stage], sinceAcceptedMs, { integration: job.integrationType });
  };
