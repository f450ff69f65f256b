import type { CommandName } from "#core/bot/commands.ts";
import type { InboxStore } from "#core/jobs/inbox.ts";
import {
  isTurnJob,
  isWebhookJob,
  type Job,
  type JobQueue,
  type TurnJob,
  type WebhookJob,
} from "#core/jobs/job.ts";
import type { ReportJob } from "#core/jobs/job-report.ts";
import { type CutoffStore, senderChatOf, sentAtOf } from "#core/message/chat-cutoff.ts";

export interface DispatchJobsPorts {
  readonly turns: JobQueue<TurnJob>;
  readonly webhooks: JobQueue<WebhookJob>;
  readonly cutoffs: Pick<CutoffStore, "advance">;
  readonly inbox: Pick<InboxStore, "add">;
  readonly report: ReportJob;
}

/** Commands that stop the answers to earlier messages. */
const stoppingCommands: readonly (CommandName | undefined)[] = ["stop", "reset"];

/** Resolves when all jobs are queued; rejects if any is not. In both cases no call is still in progress. */
export type DispatchJobs = (jobs: readonly Job[]) => Promise<void>;

/** Uses two queues, so that an app server that is down does not delay the answers of models. */
export const makeDispatchJobs =
  ({ turns, webhooks, cutoffs, inbox, report }: DispatchJobsPorts): DispatchJobs =>
  async (jobs) => {
    // At once: the command's own job waits for the answers that it stops.
    for (const job of jobs.filter(({ command }) => stoppingCommands.includes(command)))
      await cutoffs.advance(senderChatOf(job), sentAtOf(job));

    // Before their jobs can run: the first takes the others.
    for (const job of jobs) if (isTurnJob(job) && job.merges) await inbox.add(job);

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
