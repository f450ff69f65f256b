import {
  ChangeMessageVisibilityBatchCommand,
  DeleteMessageCommand,
  GetQueueAttributesCommand,
  type Message,
  ReceiveMessageCommand,
} from "@aws-sdk/client-sqs";
import type { JobQueuePorts } from "./job-queue.ts";

export interface DeadLetterQueuePorts extends JobQueuePorts {
  /** How long a queue that seems empty is waited for. A long poll, however short, asks all of SQS's servers; 0 asks some. */
  readonly waitSeconds: number;
}

const mostPerCall = 10;

export interface DeadLetterQueue {
  /** About how many messages lie there, in whosever hands. */
  count(): Promise<number>;
  /** Takes a few messages, so that nobody else is handed them for a while. None: there are none to be had. */
  receive(holdSeconds: number): Promise<Message[]>;
  remove(message: Message): Promise<void>;
  /** Gives messages back, for anybody to be handed at once. */
  letGo(messages: readonly Message[]): Promise<void>;
}

/** What is asked of a dead-letter queue, of one that has no worker. */
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
  receive: async (holdSeconds) => {
    const { Messages = [] } = await client.send(
      new ReceiveMessageCommand({
        QueueUrl: queueUrl,
        MaxNumberOfMessages: mostPerCall,
        VisibilityTimeout: holdSeconds,
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
  letGo: async (messages) => {
    for (let at = 0; at < messages.length; at += mostPerCall) {
      const Entries = messages
        .slice(at, at + mostPerCall)
        .map(({ ReceiptHandle }, index) => ({ Id: String(index), ReceiptHandle, VisibilityTimeout: 0 }));
      // One whose hold has run out is refused, and needs no letting go.
      await client.send(new ChangeMessageVisibilityBatchCommand({ QueueUrl: queueUrl, Entries }));
    }
  },
});
