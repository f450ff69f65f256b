import { SendMessageBatchCommand, type SQSClient } from "@aws-sdk/client-sqs";
import type { JobQueue } from "#core/jobs/job.ts";
import { BridgeError } from "#core/shared/errors.ts";
import { toJobMessage } from "./job-message.ts";
import { packBySize } from "./pack-by-size.ts";

export interface JobQueuePorts {
  readonly client: SQSClient;
  readonly queueUrl: string;
}

export const makeJobQueue = ({ client, queueUrl }: JobQueuePorts): JobQueue => ({
  send: async (jobs) => {
    const messages = jobs.map(toJobMessage);
    // Sequentially, so that the jobs of a conversation keep their order.
    for (const batch of packBySize(messages, ({ MessageBody }) => Buffer.byteLength(MessageBody))) {
      const Entries = batch.map((message, index) => ({ Id: String(index), ...message }));
      const { Failed } = await client.send(new SendMessageBatchCommand({ QueueUrl: queueUrl, Entries }));
      if (Failed && Failed.length > 0) {
        const codes = [...new Set(Failed.map(({ Code }) => Code ?? "unknown"))].join(", ");
        throw new BridgeError("upstream_unavailable", `SQS rejected ${Failed.length} jobs: ${codes}`, {
          retryable: Failed.every(({ SenderFault }) => !SenderFault),
        });
      }
    }
  },
});
