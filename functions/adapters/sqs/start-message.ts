import { SendMessageCommand, type SQSClient } from "@aws-sdk/client-sqs";
import type { SQSRecord } from "aws-lambda";

/** The message of a job in its queue, as Lambda passes it to a function. */
export type ReceivedJob = Pick<SQSRecord, "messageId" | "receiptHandle" | "body" | "attributes">;

export type SendStart = (received: ReceivedJob) => Promise<void>;

const receiptName = "jobReceiptHandle";
const receiveCountName = "jobReceiveCount";
const firstReceivedName = "jobFirstReceivedAt";

export interface SendStartPorts {
  readonly client: SQSClient;
  readonly queueUrl: string;
}

/**
 * Requests a worker for a job, whose own message stays in its queue (docs/adr/0024-a-worker-that-dies.md). The body is the
 * job's; what the worker needs to hold and delete the job's message is in attributes.
 */
export const makeSendStart =
  ({ client, queueUrl }: SendStartPorts): SendStart =>
  async ({ body, receiptHandle, attributes }) => {
    await client.send(
      new SendMessageCommand({
        QueueUrl: queueUrl,
        MessageBody: body,
        MessageAttributes: {
          [receiptName]: { DataType: "String", StringValue: receiptHandle },
          [receiveCountName]: { DataType: "Number", StringValue: attributes.ApproximateReceiveCount },
          [firstReceivedName]: {
            DataType: "Number",
            StringValue: attributes.ApproximateFirstReceiveTimestamp,
          },
        },
      }),
    );
  };

export interface StartedJob {
  readonly receiptHandle: string;
  readonly receiveCount: number;
  /** Milliseconds since the epoch. */
  readonly firstReceivedAt: number;
}

/** The job's message that a start refers to; undefined if the record is a job's message itself. */
export const startedJobOf = ({
  messageAttributes,
}: Pick<SQSRecord, "messageAttributes">): StartedJob | undefined => {
  const attributeOf = (name: string): string | undefined => messageAttributes[name]?.stringValue;
  const receiptHandle = attributeOf(receiptName);
  if (receiptHandle === undefined) return undefined;
  const receiveCount = Number(attributeOf(receiveCountName));
  return { receiptHandle, receiveCount, firstReceivedAt: Number(attributeOf(firstReceivedName)) };
};
