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

/** Resolves when all jobs are queued; rejects if any is not. In both cases no call is still in progress. */
export type DispatchJobs = (jobs: readonly Job[]) => Promise<void>;

/** Uses two queues, so that an app server that is down does not delay the answers of models. */
export const makeDispatchJobs =
  ({ turns, webhooks, report }: DispatchJobsPorts): DispatchJobs =>
  async (jobs) => {
    const sendTo = async <J extends Job>(queue: JobQueue<J>, batch: readonly J[]): Promise<void> => {
      if (batch.length === 0) return;
      await queue.send(batch);
      for (const job of batch) report("accepted", job);
    };

    const sent = await Promise.allSettled([
      sendTo(turns, jobs.filter(isTurnJob)),
      sendTo(webhooks, jobs.filter(isWebhookJob)),
    ]);
    const failure = sent.find(({ status }) => status === "rejected");
    if (failure?.status === "rejected") throw failure.reason;
  };
