import { ChangeMessageVisibilityCommand, DeleteMessageCommand, type SQSClient } from "@aws-sdk/client-sqs";
import type { SQSRecord } from "aws-lambda";
import type { JobVisibility } from "#core/jobs/job-lease.ts";
import { startedJobOf } from "./start-message.ts";

export interface JobMessagesPorts {
  readonly client: SQSClient;
  /** The jobs' queue. */
  readonly queueUrl: string;
}

/** The message of a job whose worker was invoked by a start: Lambda does not delete it. */
export interface StartedJobMessage extends JobVisibility {
  remove(): Promise<void>;
}

/** A job's message in its queue, which may itself have invoked the worker. */
export type JobMessage = JobVisibility | StartedJobMessage;

type Received = Pick<SQSRecord, "receiptHandle" | "attributes"> &
  Partial<Pick<SQSRecord, "messageAttributes">>;

/** The message of the job that a worker was invoked for, by that message or by a start. */
export const makeMessageVisibility =
  ({ client, queueUrl: QueueUrl }: JobMessagesPorts) =>
  ({ receiptHandle, attributes, messageAttributes = {} }: Received): JobMessage => {
    const started = startedJobOf({ messageAttributes });
    const ReceiptHandle = started?.receiptHandle ?? receiptHandle;
    /** In order: the last timeout counts. */
    let changing: Promise<unknown> = Promise.resolve();
    const remove = async (): Promise<void> => {
      await client.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle }));
    };
    return {
      receiveCount: started?.receiveCount ?? Number(attributes.ApproximateReceiveCount),
      firstReceivedAt: started?.firstReceivedAt ?? Number(attributes.ApproximateFirstReceiveTimestamp),
      hideFor: async (ms) => {
        const VisibilityTimeout = Math.ceil(ms / 1000);
        const change = changing.then(() =>
          client.send(new ChangeMessageVisibilityCommand({ QueueUrl, ReceiptHandle, VisibilityTimeout })),
        );
        changing = change.catch(() => {});
        await change;
      },
      ...(started && { remove }),
    };
  };
