import { Duration, Validations } from "aws-cdk-lib";
import { DeduplicationScope, FifoThroughputLimit, Queue, QueueEncryption } from "aws-cdk-lib/aws-sqs";
import { Construct } from "constructs";
import type { BridgeFunction } from "./bridge-function.ts";
import { retainData } from "./retain-data.ts";

/**
 * A backstop: a worker counts its tries in the job's record and buries the job by its own hand. Only a job that nobody can
 * read, or whose record nobody can write, is handed out so often.
 */
const maxReceives = 100;

export interface JobQueueProps {
  /** How long its worker may run. */
  readonly workerSeconds: number;
  readonly isProduction: boolean;
}

/** Jobs in order per conversation, in SQS's high-throughput mode, and where those lie that were given up. */
export class JobQueue extends Construct {
  readonly queue: Queue;
  readonly deadLetters: Queue;

  constructor(scope: Construct, id: string, { workerSeconds, isProduction }: JobQueueProps) {
    super(scope, id);
    // No name of our own: a queue that is renamed is another queue, and what was in the old one nobody would fetch.
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
      // Longer than the worker may run, as AWS asks; the worker itself shortens it once it has the job.
      visibilityTimeout: Duration.seconds(workerSeconds + 30),
      deadLetterQueue: { queue: this.deadLetters, maxReceiveCount: maxReceives },
    });
    for (const queue of [this.queue, this.deadLetters]) retainData(queue, isProduction);
    Validations.of(this.deadLetters).acknowledge({
      id: "Serverless-SQSRedrivePolicy",
      reason: "It is the end of the way: a person looks, and has them run again (docs/runbook.md).",
    });
  }

  /** One job an invocation: a slow one delays nobody else's. At most so many at once. */
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
      reason: "A queue has dead letters instead, where the worker puts a job with its reason.",
    });
  }
}
