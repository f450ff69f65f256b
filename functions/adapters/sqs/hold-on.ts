import { ChangeMessageVisibilityCommand, type SQSClient } from "@aws-sdk/client-sqs";
import type { SQSRecord } from "aws-lambda";
import type { JobHold } from "#core/jobs/job-hold.ts";

export interface HoldOnPorts {
  readonly client: SQSClient;
  readonly queueUrl: string;
}

/** The hold on a job is the visibility of its message. */
export const makeHoldOn =
  ({ client, queueUrl }: HoldOnPorts) =>
  ({ receiptHandle, attributes }: Pick<SQSRecord, "receiptHandle" | "attributes">): JobHold => ({
    tries: Number(attributes.ApproximateReceiveCount),
    holdFor: async (ms) => {
      await client.send(
        new ChangeMessageVisibilityCommand({
          QueueUrl: queueUrl,
          ReceiptHandle: receiptHandle,
          VisibilityTimeout: Math.ceil(ms / 1000),
        }),
      );
    },
  });
