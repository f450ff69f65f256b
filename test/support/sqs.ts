import { randomBytes } from "node:crypto";
import {
  DeleteMessageCommand,
  DeleteQueueCommand,
  type Message,
  ReceiveMessageCommand,
  SQSClient,
} from "@aws-sdk/client-sqs";
import { localClient } from "../../local/aws/local-client.ts";
import { startSqs } from "../../local/aws/sqs.ts";

export interface TestQueue {
  readonly client: SQSClient;
  readonly queueUrl: string;
  /** Receives messages from the queue until there are `count`, or no more come. */
  readonly receive: (count: number) => Promise<Message[]>;
  /** Receives what is in the queue now. */
  readonly receiveNow: () => Promise<Message[]>;
  readonly close: () => Promise<void>;
}

/** As lib/messaging-stack.ts defines them, without the dead-letter queue. */
const fifo = {
  FifoQueue: "true",
  FifoThroughputLimit: "perMessageGroupId",
  DeduplicationScope: "messageGroup",
};

/** A queue of the test's own, FIFO by default, in fauxqs or at `SQS_ENDPOINT`; deleted when it is closed. */
export const startQueue = async ({
  isFifo = true,
  visibilitySeconds = 30,
}: {
  readonly isFifo?: boolean;
  readonly visibilitySeconds?: number;
} = {}): Promise<TestQueue> => {
  const name = `test-turns-${randomBytes(6).toString("hex")}${isFifo ? ".fifo" : ""}`;
  const queue = {
    name,
    arn: "",
    urlOnAws: "",
    attributes: { ...(isFifo && fifo), VisibilityTimeout: String(visibilitySeconds) },
    redrive: undefined,
  };
  // Settings files leave unset variables empty.
  const endpoint = process.env.SQS_ENDPOINT || undefined;
  const server = await startSqs({ queues: [queue], endpoint, dataDir: undefined });
  process.env.AWS_REGION ??= "us-east-1";
  process.env.AWS_ACCESS_KEY_ID ??= "local";
  process.env.AWS_SECRET_ACCESS_KEY ??= "local";
  const client = new SQSClient(localClient(server.endpoint));
  const queueUrl = server.queueUrls.get(name) ?? "";

  /** Receives a few messages and deletes them, as a worker that has finished them does. */
  const take = async (WaitTimeSeconds: number): Promise<Message[]> => {
    const { Messages = [] } = await client.send(
      new ReceiveMessageCommand({
        QueueUrl: queueUrl,
        MaxNumberOfMessages: 10,
        VisibilityTimeout: 60,
        WaitTimeSeconds,
        MessageSystemAttributeNames: ["MessageGroupId"],
        MessageAttributeNames: ["All"],
      }),
    );
    await Promise.all(
      Messages.map(({ ReceiptHandle }) =>
        client.send(new DeleteMessageCommand({ QueueUrl: queueUrl, ReceiptHandle })),
      ),
    );
    return Messages;
  };

  return {
    client,
    queueUrl,
    receive: async (count) => {
      const messages: Message[] = [];
      while (messages.length < count) {
        const more = await take(2);
        if (more.length === 0) break;
        messages.push(...more);
      }
      return messages;
    },
    receiveNow: () => take(0),
    close: async () => {
      await client.send(new DeleteQueueCommand({ QueueUrl: queueUrl }));
      client.destroy();
      await server.close();
    },
  };
};
