import { Duration, Validations } from "aws-cdk-lib";
import { DeduplicationScope, FifoThroughputLimit, Queue, QueueEncryption } from "aws-cdk-lib/aws-sqs";
import { Construct } from "constructs";
import type { BridgeFunction } from "./bridge-function.ts";
import { retainData } from "./retain-data.ts";

/**
 * A backstop. Workers count attempts in the job's record and move the job to the dead letters themselves; only a job
 * that cannot be read, or whose record cannot be written, is received this often. A job that waits for its conversation
 * or for a slot is received up to 100 times (`slotPauseMs`), and then tried.
 */
const maxReceives = 200;

export interface JobQueueProps {
  /** Timeout of the worker function. */
  readonly workerSeconds: number;
  readonly isProduction: boolean;
}

/** A queue of jobs, ordered per conversation, in SQS's high-throughput FIFO mode, and its dead-letter queue. */
export class JobQueue extends Construct {
  readonly queue: Queue;
  readonly deadLetters: Queue;

  constructor(scope: Construct, id: string, { workerSeconds, isProduction }: JobQueueProps) {
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
    this.queue = new Queue(this, "Jobs", {
      ...shared,
      retentionPeriod: Duration.days(4),
      // Longer than the worker's timeout, as AWS requires. The worker shortens it once it has the job.
      visibilityTimeout: Duration.seconds(workerSeconds + 30),
      deadLetterQueue: { queue: this.deadLetters, maxReceiveCount: maxReceives },
    });
    for (const queue of [this.queue, this.deadLetters]) retainData(queue, isProduction);
    Validations.of(this.deadLetters).acknowledge({
      id: "Serverless-SQSRedrivePolicy",
      reason: "This is the dead-letter queue. Its messages are redriven by hand (docs/runbook.md).",
    });
  }

  /** Invokes the worker with one job at a time, so that a slow job delays no other, up to `maxConcurrency` at once. */
  addWorker(worker: BridgeFunction, maxConcurrency: number): void {
    worker.allow(
      this.queue.queueArn,
      "sqs:ReceiveMessage",
      "sqs:DeleteMessage",
      "sqs:GetQueueAttributes",
      "sqs:ChangeMessageVisibility",
    );
    worker.allow(this.deadLetters.queueArn, "sqs:SendMessage");
    const mapping = worker.live.addEventSourceMapping("Jobs", {
      eventSourceArn: this.queue.queueArn,
      batchSize: 1,
      reportBatchItemFailures: true,
      maxConcurrency: maxConcurrency,
    });
    Validations.of(mapping).acknowledge({
      id: "Serverless-LambdaEventSourceMappingDestination",
      reason:
        "SQS sources use dead-letter queues instead; the worker moves failed jobs there, with the reason.",
    });
  }
}
