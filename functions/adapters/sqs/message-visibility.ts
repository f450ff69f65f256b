import { ChangeMessageVisibilityCommand, type SQSClient } from "@aws-sdk/client-sqs";
import type { SQSRecord } from "aws-lambda";
import type { JobVisibility } from "#core/jobs/job-lease.ts";

export interface MessageVisibilityPorts {
  readonly client: SQSClient;
  readonly queueUrl: string;
}

export const makeMessageVisibility =
  ({ client, queueUrl }: MessageVisibilityPorts) =>
  ({ receiptHandle, attributes }: Pick<SQSRecord, "receiptHandle" | "attributes">): JobVisibility => ({
    receiveCount: Number(attributes.ApproximateReceiveCount),
    firstReceivedAt: Number(attributes.ApproximateFirstReceiveTimestamp),
    hideFor: async (ms) => {
      await client.send(
        new ChangeMessageVisibilityCommand({
          QueueUrl: queueUrl,
          ReceiptHandle: receiptHandle,
          VisibilityTimeout: Math.ceil(ms / 1000),
        }),
      );
    },
  });
