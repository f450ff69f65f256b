import { Duration, RemovalPolicy, Validations } from "aws-cdk-lib";
import { Queue, QueueEncryption } from "aws-cdk-lib/aws-sqs";
import { Construct } from "constructs";

export interface StartQueueProps {
  /** Timeout of the worker function. */
  readonly workerSeconds: number;
  /** The visibility timeout of the jobs' queue. */
  readonly jobsVisibilitySeconds: number;
}

/**
 * Requests for workers that run longer than a job's message may stay hidden (docs/adr/0024-a-worker-that-dies.md). They
 * contain nothing that must be kept: a job whose start is lost is delivered, and started, again.
 */
export class StartQueue extends Construct {
  readonly queue: Queue;

  constructor(scope: Construct, id: string, { workerSeconds, jobsVisibilitySeconds }: StartQueueProps) {
    super(scope, id);
    this.queue = new Queue(this, "Starts", {
      encryption: QueueEncryption.SQS_MANAGED,
      enforceSSL: true,
      // By then the job is visible again, and another start follows.
      retentionPeriod: Duration.seconds(jobsVisibilitySeconds),
      // Longer than the worker's timeout, as AWS requires. A start is never delivered twice within its retention period.
      visibilityTimeout: Duration.seconds(workerSeconds + 30),
      removalPolicy: RemovalPolicy.DESTROY,
    });
    const reason = "A start that fails is not repeated: the job's own queue delivers the job again.";
    for (const id of ["AwsSolutions-SQS3", "Serverless-SQSRedrivePolicy"])
      Validations.of(this.queue).acknowledge({ id, reason });
  }
}
