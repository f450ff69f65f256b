import { Duration, Validations } from "aws-cdk-lib";
import type { EventSourceMapping } from "aws-cdk-lib/aws-lambda";
import { DeduplicationScope, FifoThroughputLimit, Queue, QueueEncryption } from "aws-cdk-lib/aws-sqs";
import { Construct } from "constructs";
import type { BridgeFunction } from "./bridge-function.ts";
import { retainData } from "./retain-data.ts";

/**
 * A backstop. Workers count attempts in the job's record and move the job to the dead letters themselves; only a job
 * that cannot be read, whose record cannot be written, or for which there is no worker for hours is received this often. A
 * job that waits for its conversation or for a slot is received up to 100 times (`slotPauseMs`), and then tried.
 */
const maxReceives = 200;

/** SQS's limit of 256 KiB, less 1 KiB for what a start adds to a job (functions/adapters/sqs/start-message.ts). */
const maxMessageBytes = 255 * 1024;

/** AWS recommends this multiple of the function's timeout: Lambda retries a throttled invocation within it. */
const visibilityPerTimeout = 6;

export interface JobQueueProps {
  /** Timeout of the function that receives the jobs. */
  readonly consumerSeconds: number;
  readonly isProduction: boolean;
}

/** A queue of jobs, ordered per conversation, in SQS's high-throughput FIFO mode, and its dead-letter queue. */
export class JobQueue extends Construct {
  readonly queue: Queue;
  readonly deadLetters: Queue;
  readonly visibilitySeconds: number;

  constructor(scope: Construct, id: string, { consumerSeconds, isProduction }: JobQueueProps) {
    super(scope, id);
    // No fixed name: renaming a queue replaces it and strands the messages of the old one.
    const shared = {
      fifo: true,
      fifoThroughputLimit: FifoThroughputLimit.PER_MESSAGE_GROUP_ID,
      deduplicationScope: DeduplicationScope.MESSAGE_GROUP,
      encryption: QueueEncryption.SQS_MANAGED,
      enforceSSL: true,
    };
    this.deadLetters = new Queue(this, "Dead", { ...shared, retentionPeriod: Duration.days(14) });
    this.visibilitySeconds = visibilityPerTimeout * consumerSeconds;
    this.queue = new Queue(this, "Jobs", {
      ...shared,
      retentionPeriod: Duration.days(4),
      maxMessageSizeBytes: maxMessageBytes,
      // How long a job is delayed if its worker never begins. Workers shorten it as soon as they have the job.
      visibilityTimeout: Duration.seconds(this.visibilitySeconds),
      deadLetterQueue: { queue: this.deadLetters, maxReceiveCount: maxReceives },
    });
    for (const queue of [this.queue, this.deadLetters]) retainData(queue, isProduction);
    Validations.of(this.deadLetters).acknowledge({
      id: "Serverless-SQSRedrivePolicy",
      reason: "This is the dead-letter queue. Its messages are redriven by hand (docs/runbook.md).",
    });
  }

  /** Lets a worker hold jobs, and move them to the dead letters. */
  addWorker(worker: BridgeFunction): void {
    worker.allow(this.queue.queueArn, "sqs:ChangeMessageVisibility");
    worker.allow(this.deadLetters.queueArn, "sqs:SendMessage");
  }

  /** Lets a function read the dead letters, and move them back to the queue. */
  addRedriver(redriver: BridgeFunction): void {
    redriver.allow(
      this.deadLetters.queueArn,
      "sqs:GetQueueAttributes",
      "sqs:ReceiveMessage",
      "sqs:ChangeMessageVisibility",
      "sqs:DeleteMessage",
    );
    redriver.allow(this.queue.queueArn, "sqs:SendMessage");
  }
}

/** Invokes a function with one message at a time, so that none delays another, up to `maxConcurrency` at once. */
export const addConsumer = (
  consumer: BridgeFunction,
  id: string,
  { queueArn }: Queue,
  maxConcurrency: number,
): EventSourceMapping => {
  allowConsumer(consumer, queueArn);
  const mapping = consumer.live.addEventSourceMapping(id, {
    eventSourceArn: queueArn,
    batchSize: 1,
    reportBatchItemFailures: true,
    maxConcurrency,
  });
  Validations.of(mapping).acknowledge({
    id: "Serverless-LambdaEventSourceMappingDestination",
    reason:
      "SQS sources use dead-letter queues instead; the worker moves failed jobs there, with the reason.",
  });
  return mapping;
};

/** Lambda receives and deletes messages with the function's role. */
export const allowConsumer = (consumer: BridgeFunction, queueArn: string): void =>
  consumer.allow(queueArn, "sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes");
