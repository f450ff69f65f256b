import {
  ChangeMessageVisibilityBatchCommand,
  DeleteMessageCommand,
  GetQueueAttributesCommand,
  type Message,
  ReceiveMessageCommand,
} from "@aws-sdk/client-sqs";
import type { JobQueuePorts } from "./job-queue.ts";

export interface DeadLetterQueuePorts extends JobQueuePorts {
  /** Wait time for messages. Any long poll queries all of SQS's servers; 0 (short polling) queries a subset. */
  readonly waitSeconds: number;
}

const maxMessagesPerCall = 10;

/** What deletes or releases a received message. */
export type ReceivedMessage = Pick<Message, "ReceiptHandle">;

export interface DeadLetterQueue {
  /** The approximate number of messages, including those in flight. */
  count(): Promise<number>;
  /** Receives up to 10 messages and hides them from other consumers; empty if none are available. */
  receive(visibilityTimeoutSeconds: number): Promise<Message[]>;
  remove(message: ReceivedMessage): Promise<void>;
  /** Makes received messages visible again immediately. */
  release(messages: readonly ReceivedMessage[]): Promise<void>;
}

/** The calls to a dead-letter queue, which has no worker. */
export const makeDeadLetterQueue = ({
  client,
  queueUrl,
  waitSeconds,
}: DeadLetterQueuePorts): DeadLetterQueue => ({
  count: async () => {
    const { Attributes = {} } = await client.send(
      new GetQueueAttributesCommand({
        QueueUrl: queueUrl,
        AttributeNames: ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"],
      }),
    );
    return Object.values(Attributes).reduce((sum, each) => sum + Number(each), 0);
  },
  receive: async (visibilityTimeoutSeconds) => {
    const { Messages = [] } = await client.send(
      new ReceiveMessageCommand({
        QueueUrl: queueUrl,
        MaxNumberOfMessages: maxMessagesPerCall,
        VisibilityTimeout: visibilityTimeoutSeconds,
        WaitTimeSeconds: waitSeconds,
        MessageSystemAttributeNames: ["SentTimestamp"],
        MessageAttributeNames: ["reason", "tries"],
      }),
    );
    return Messages;
  },
  remove: async ({ ReceiptHandle }) => {
    await client.send(new DeleteMessageCommand({ QueueUrl: queueUrl, ReceiptHandle }));
  },
  release: async (messages) => {
    for (let at = 0; at < messages.length; at += maxMessagesPerCall) {
      const Entries = messages
        .slice(at, at + maxMessagesPerCall)
        .map(({ ReceiptHandle }, index) => ({ Id: String(index), ReceiptHandle, VisibilityTimeout: 0 }));
      // An entry whose visibility timeout has expired fails, which is fine: the message is visible already.
      await client.send(new ChangeMessageVisibilityBatchCommand({ QueueUrl: queueUrl, Entries }));
    }
  },
});
