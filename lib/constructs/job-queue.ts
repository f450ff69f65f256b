import { Duration } from "aws-cdk-lib";
import type { Function as LambdaFunction } from "aws-cdk-lib/aws-lambda";
import { SqsEventSource } from "aws-cdk-lib/aws-lambda-event-sources";
import { DeduplicationScope, FifoThroughputLimit, Queue, QueueEncryption } from "aws-cdk-lib/aws-sqs";
import { Construct } from "constructs";

/**
 * A backstop: a worker counts its tries in the job's record and buries the job by its own hand. Only a job that nobody can
 * read, or whose record nobody can write, is handed out so often.
 */
const mostReceives = 100;

export interface JobQueueProps {
  /** How long its worker may run. */
  readonly workerSeconds: number;
}

/** Jobs in order per conversation, in SQS's high-throughput mode, and where those lie that were given up. */
export class JobQueue extends Construct {
  readonly queue: Queue;
  readonly deadLetters: Queue;

  constructor(scope: Construct, id: string, { workerSeconds }: JobQueueProps) {
    super(scope, id);
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
      deadLetterQueue: { queue: this.deadLetters, maxReceiveCount: mostReceives },
    });
  }

  /** One job an invocation: a slow one delays nobody else's. */
  feed(worker: LambdaFunction): void {
    worker.addEventSource(
      new SqsEventSource(this.queue, { batchSize: 1, reportBatchItemFailures: true, maxConcurrency: 100 }),
    );
    this.deadLetters.grantSendMessages(worker);
  }
}
