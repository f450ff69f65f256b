import type { SQSBatchResponse, SQSEvent } from "aws-lambda";
import type { SendStart } from "./start-message.ts";

export interface StarterPorts {
  readonly start: SendStart;
  /** For a job that was delivered before: its worker may have died, and its user waits already. */
  readonly restart: SendStart;
}

/**
 * A handler that requests a worker for each job, and leaves the job's message in its queue, hidden: a worker holds and deletes
 * it. If no worker begins, the queue delivers it again when its visibility timeout ends.
 */
export const makeStarter =
  ({ start, restart }: StarterPorts) =>
  async ({ Records }: SQSEvent): Promise<SQSBatchResponse> => {
    await Promise.all(
      Records.map((record) => {
        const isFirst = Number(record.attributes.ApproximateReceiveCount) === 1;
        return (isFirst ? start : restart)(record);
      }),
    );
    return { batchItemFailures: Records.map(({ messageId }) => ({ itemIdentifier: messageId })) };
  };
