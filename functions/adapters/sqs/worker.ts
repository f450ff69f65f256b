import type { Context, SQSBatchResponse, SQSEvent, SQSRecord } from "aws-lambda";
import { newTraceId, type Trace, withTrace } from "#adapters/node/trace.ts";
import type { JobResult, JobVisibility } from "#core/jobs/job-lease.ts";
import type { Log } from "#core/shared/log.ts";
import { traceOfMessage } from "./job-message.ts";
import type { JobMessage, StartedJobMessage } from "./message-visibility.ts";

export interface WorkerPorts<J> {
  /** @throws BridgeError if the body is not a job of this worker. */
  readonly parseJob: (body: string) => J;
  /** Never rejects. `leftMs`: the remaining time of the invocation. */
  readonly runJob: (job: J, visibility: JobVisibility, leftMs: number) => Promise<JobResult>;
  readonly visibilityOf: (record: SQSRecord) => JobMessage;
  /**
   * How long a job's message is hidden at first, in milliseconds. If the worker dies, another gets the job after
   * this time, not only after the queue's visibility timeout.
   */
  readonly hideMs: number;
  readonly log: Log;
}

/** Of the request that sent the job, or a new one. */
const traceOfRecord = ({ body, messageId }: SQSRecord): Trace =>
  traceOfMessage(body) ?? { requestId: messageId, traceId: newTraceId() };

/** During a deployment or rollback, an older worker may receive a newer version's job. */
const unreadablePauseMs = 60_000;

/** A handler that runs jobs. An unreadable job stays in the queue, for another version or for the dead letters. */
export const makeWorker = <J>({ parseJob, runJob, visibilityOf, hideMs, log }: WorkerPorts<J>) => {
  const readJob = (record: SQSRecord, tries: number): J | undefined => {
    try {
      return parseJob(record.body);
    } catch (error) {
      log.error("job_unreadable", { messageId: record.messageId, tries, reason: String(error) });
      return undefined;
    }
  };

  const warn =
    (event: string, { messageId }: SQSRecord) =>
    (error: unknown): void =>
      log.warn(event, { messageId, reason: String(error) });

  const handleMessage = async (
    record: SQSRecord,
    message: JobMessage,
    leftMs: number,
  ): Promise<JobResult> => {
    const job = readJob(record, message.receiveCount);
    if (job !== undefined) return runJob(job, message, leftMs);
    await message.hideFor(unreadablePauseMs).catch(warn("job_not_hidden", record));
    return "retry";
  };

  /** Lambda deletes the start in any case: a job that is not done is delivered, and started, again by itself. */
  const handleStart = async (
    record: SQSRecord,
    message: StartedJobMessage,
    leftMs: number,
  ): Promise<JobResult> => {
    // If it cannot be hidden, the start waited so long that its job was delivered again: that start is the valid one. The job
    // begins meanwhile, since the user waits for both.
    const hidden = message.hideFor(hideMs).then(() => true);
    const isLatest = hidden.catch((error: unknown) => {
      warn("start_outdated", record)(error);
      return false;
    });
    const result = await handleMessage(record, { ...message, isLatest }, leftMs);
    if (result === "done" && (await isLatest)) {
      await message.remove().catch(warn("job_not_removed", record));
    }
    return "done";
  };

  const handleRecord = async (record: SQSRecord, leftMs: number): Promise<JobResult> => {
    const message = visibilityOf(record);
    if ("remove" in message) return handleStart(record, message, leftMs);
    const hidden = message.hideFor(hideMs).catch(warn("job_not_hidden", record));
    const result = await handleMessage(record, message, leftMs);
    await hidden;
    return result;
  };

  return async ({ Records }: SQSEvent, context: Context): Promise<SQSBatchResponse> => {
    const leftMs = context.getRemainingTimeInMillis();
    const results = await Promise.all(
      Records.map((record) => withTrace(traceOfRecord(record), () => handleRecord(record, leftMs))),
    );
    const again = Records.filter((_, index) => results[index] === "retry");
    return { batchItemFailures: again.map(({ messageId }) => ({ itemIdentifier: messageId })) };
  };
};
