import type { Context, SQSBatchResponse, SQSEvent, SQSRecord } from "aws-lambda";
import type { JobFate, JobHold } from "#core/jobs/job-hold.ts";
import type { Log } from "#core/shared/log.ts";

export interface WorkerPorts<J> {
  /** @throws BridgeError for a body that is no job of this worker's. */
  readonly parseJob: (body: string) => J;
  /** Never rejects. `leftMs`: what is left of the function's time. */
  readonly runJob: (job: J, hold: JobHold, leftMs: number) => Promise<JobFate>;
  readonly holdOn: (record: SQSRecord) => JobHold;
  readonly log: Log;
}

/** A newer version's job comes to an older worker while a deployment is shifted or rolled back. */
const unreadablePauseMs = 60_000;

/** A handler that runs the jobs which messages carry. One that cannot be read waits for a worker that can, or for the dead letters. */
export const makeWorker = <J>({ parseJob, runJob, holdOn, log }: WorkerPorts<J>) => {
  const readJob = (record: SQSRecord, tries: number): J | undefined => {
    try {
      return parseJob(record.body);
    } catch (error) {
      log.error("job_unreadable", { messageId: record.messageId, tries, reason: String(error) });
      return undefined;
    }
  };

  const takeRecord = async (record: SQSRecord, leftMs: number): Promise<JobFate> => {
    const hold = holdOn(record);
    const job = readJob(record, hold.tries);
    if (job !== undefined) return runJob(job, hold, leftMs);
    await hold.holdFor(unreadablePauseMs).catch((error: unknown) => {
      log.warn("job_not_held", { messageId: record.messageId, reason: String(error) });
    });
    return "again";
  };

  return async ({ Records }: SQSEvent, context: Context): Promise<SQSBatchResponse> => {
    const leftMs = context.getRemainingTimeInMillis();
    const fates = await Promise.all(Records.map((record) => takeRecord(record, leftMs)));
    const again = Records.filter((_, index) => fates[index] === "again");
    return { batchItemFailures: again.map(({ messageId }) => ({ itemIdentifier: messageId })) };
  };
};
