import {
  isTurnJob,
  isWebhookJob,
  type Job,
  type JobQueue,
  type TurnJob,
  type WebhookJob,
} from "#core/jobs/job.ts";
import type { ReportJob } from "#core/jobs/job-report.ts";

export interface DispatchJobsPorts {
  readonly turns: JobQueue<TurnJob>;
  readonly webhooks: JobQueue<WebhookJob>;
  readonly report: ReportJob;
}

/** Resolves when every job is safely queued, rejects if one is not; nothing is under way any more then. */
export type DispatchJobs = (jobs: readonly Job[]) => Promise<void>;

/** Two queues, so that an app server that is down does not delay the answers of models. */
export const makeDispatchJobs =
  ({ turns, webhooks, report }: DispatchJobsPorts): DispatchJobs =>
  async (jobs) => {
    const sendTo = async <J extends Job>(queue: JobQueue<J>, those: readonly J[]): Promise<void> => {
      if (those.length === 0) return;
      await queue.send(those);
      for (const job of those) report("accepted", job);
    };

    const sent = await Promise.allSettled([
      sendTo(turns, jobs.filter(isTurnJob)),
      sendTo(webhooks, jobs.filter(isWebhookJob)),
    ]);
    const failure = sent.find(({ status }) => status === "rejected");
    if (failure?.status === "rejected") throw failure.reason;
  };
