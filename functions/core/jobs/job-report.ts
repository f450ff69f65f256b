import type { Clock } from "#core/shared/clock.ts";
import type { Log, LogFields } from "#core/shared/log.ts";
import type { Metrics } from "#core/shared/metrics.ts";
import type { Job } from "./job.ts";

/** What happens to a job on its way: each is one log line and one metric. */
export type JobStage = "accepted" | "tried" | "delivered" | "given_up" | "dropped" | "repeated";

export interface JobReportPorts {
  readonly log: Log;
  readonly metrics: Metrics;
  readonly clock: Clock;
}

/**
 * Every accepted job ends delivered, given up, dropped (nobody is there for it any more) or repeated (it was done before),
 * but for copies within five minutes, which SQS itself swallows. `wrong`: a person should look at it. */
export type ReportJob = (stage: JobStage, job: Job, facts?: LogFields, wrong?: boolean) => void;

/** The ids by which a job's lines are found. */
export const idsOf = (job: Job): LogFields => ({
  app: job.appKey,
  bot: job.botUserId,
  integration: job.integrationType,
  msgUID: job.event.data.msgUID,
});

const metricOf = {
  accepted: "JobAccepted",
  tried: "JobTried",
  delivered: "JobDelivered",
  given_up: "JobGivenUp",
  dropped: "JobDropped",
  repeated: "JobRepeated",
} as const;

/** Tells a job's stage with the time since it was accepted. */
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
    metrics.time(metricOf[stage], sinceAcceptedMs, { integration: job.integrationType });
  };
