import type { Context, SQSBatchResponse, SQSEvent, SQSRecord } from "aws-lambda";
import type { JobResult, JobVisibility } from "#core/jobs/job-lease.ts";
import type { Log } from "#core/shared/log.ts";

export interface WorkerPorts<J> {
  /** @throws BridgeError if the body is not a job of this worker. */
  readonly parseJob: (body: string) => J;
  /** Never rejects. `leftMs`: the remaining time of the invocation. */
  readonly runJob: (job: J, visibility: JobVisibility, leftMs: number) => Promise<JobResult>;
  readonly visibilityOf: (record: SQSRecord) => JobVisibility;
  readonly log: Log;
}

/** During a deployment or rollback, an older worker may receive a newer version's job. */
const unreadablePauseMs = 60_000;

/** A handler that runs jobs. An unreadable job stays in the queue, for another version or for the dead letters. */
export const makeWorker = <J>({ parseJob, runJob, visibilityOf, log }: WorkerPorts<J>) => {
  const readJob = (record: SQSRecord, tries: number): J | undefined => {
    try {
      return parseJob(record.body);
    } catch (error) {
      log.error("job_unreadable", { messageId: record.messageId, tries, reason: String(error) });
      return undefined;
    }
  };

  const handleRecord = async (record: SQSRecord, leftMs: number): Promise<JobResult> => {
    const visibility = visibilityOf(record);
    const job = readJob(record, visibility.receiveCount);
    if (job !== undefined) return runJob(job, visibility, leftMs);
    await visibility.hideFor(unreadablePauseMs).catch((error: unknown) => {
      log.warn("job_not_hidden", { messageId: record.messageId, reason: String(error) });
    });
    return "retry";
  };

  return async ({ Records }: SQSEvent, context: Context): Promise<SQSBatchResponse> => {
    const leftMs = context.getRemainingTimeInMillis();
    const results = await Promise.all(Records.map((record) => handleRecord(record, leftMs)));
    const again = Records.filter((_, index) => results[index] === "retry");
    return { batchItemFailures: again.map(({ messageId }) => ({ itemIdentifier: messageId })) };
  };
};
