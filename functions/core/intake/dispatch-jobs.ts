import type { InboxStore } from "#core/jobs/inbox.ts";
import {
  isTurnJob,
  isWebhookJob,
  type Job,
  type JobQueue,
  type TurnJob,
  type WebhookJob,
} from "#core/jobs/job.ts";
import { logWarning } from "#core/jobs/job-lease.ts";
import type { ReportJob } from "#core/jobs/job-report.ts";
import { type CutoffStore, senderChatOf, sentAtOf } from "#core/message/chat-cutoff.ts";
import type { Log } from "#core/shared/log.ts";

export interface DispatchJobsPorts {
  readonly turns: JobQueue<TurnJob>;
  readonly webhooks: JobQueue<WebhookJob>;
  readonly cutoffs: Pick<CutoffStore, "advance">;
  readonly inbox: Pick<InboxStore, "add">;
  readonly report: ReportJob;
  readonly log: Log;
}

/** Whether the answers to earlier messages are to stop. */
const stopsEarlier = ({ command }: Job): boolean => command === "stop" || command === "reset";

/** Resolves when all jobs are queued; rejects if any is not. In both cases no call is still in progress. */
export type DispatchJobs = (jobs: readonly Job[]) => Promise<void>;

/** Uses two queues, so that an app server that is down does not delay the answers of models. */
export const makeDispatchJobs =
  ({ turns, webhooks, cutoffs, inbox, report, log }: DispatchJobsPorts): DispatchJobs =>
  async (jobs) => {
    // At once: the command's own job waits for the answers that it stops.
    for (const job of jobs.filter(stopsEarlier)) await cutoffs.advance(senderChatOf(job), sentAtOf(job));

    // Before their jobs can run: the first takes the others. A message that is not in the inbox is asked alone.
    const merging = jobs.filter(isTurnJob).filter(({ merges }) => merges);
    const added = merging.map((job) => inbox.add(job).catch(logWarning(log, "inbox_not_written", job)));
    if (added.length > 0) await Promise.all(added);

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
