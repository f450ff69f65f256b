import { Duration, Stack, type StackProps } from "aws-cdk-lib";
import { SqsEventSource } from "aws-cdk-lib/aws-lambda-event-sources";
import { DeduplicationScope, FifoThroughputLimit, Queue, QueueEncryption } from "aws-cdk-lib/aws-sqs";
import type { Construct } from "constructs";
import type { Config } from "./config.ts";
import { bridgeFunction } from "./constructs/bridge-function.ts";
import type { DataStack } from "./data-stack.ts";

export interface MessagingStackProps extends StackProps {
  readonly config: Config;
  readonly data: DataStack;
}

/** AWS's own limit for a function: an answer of an agent may take long. Dify is given up three minutes earlier. */
const turnTimeoutSeconds = 900;

/** Jobs on their way to bots, and the workers that take them there. */
export class MessagingStack extends Stack {
  readonly turns: Queue;

  constructor(scope: Construct, id: string, { config, data, ...props }: MessagingStackProps) {
    super(scope, id, props);

    const deadTurns = new Queue(this, "DeadTurns", {
      fifo: true,
      encryption: QueueEncryption.SQS_MANAGED,
      enforceSSL: true,
      retentionPeriod: Duration.days(14),
    });
    this.turns = new Queue(this, "Turns", {
      fifo: true,
      fifoThroughputLimit: FifoThroughputLimit.PER_MESSAGE_GROUP_ID,
      deduplicationScope: DeduplicationScope.MESSAGE_GROUP,
      encryption: QueueEncryption.SQS_MANAGED,
      enforceSSL: true,
      retentionPeriod: Duration.days(4),
      // Longer than the worker may run, as AWS asks; the worker itself shortens it once it has the turn.
      visibilityTimeout: Duration.seconds(turnTimeoutSeconds + 30),
      // Their pauses double from 5 s to 5 min: twenty minutes in all.
      deadLetterQueue: { queue: deadTurns, maxReceiveCount: 10 },
    });

    const turnWorker = bridgeFunction(this, "TurnWorker", {
      folder: "turn-worker",
      description: "Takes a turn to Dify and brings its answer to the IM",
      timeoutSeconds: turnTimeoutSeconds,
      environment: {
        BOTS_TABLE: data.bots.tableName,
        CONVERSATIONS_TABLE: data.conversations.tableName,
        TURNS_TABLE: data.turns.tableName,
        SECRET_ID: data.appSecrets.secretArn,
        RONGCLOUD_API_URL: config.rongcloudApiUrl,
        TURNS_QUEUE_URL: this.turns.queueUrl,
        ALLOW_PRIVATE_CALLBACKS: config.allowPrivateCallbacks ? "1" : "0",
      },
    });
    // One job an invocation: a slow answer delays nobody else's.
    turnWorker.addEventSource(
      new SqsEventSource(this.turns, { batchSize: 1, reportBatchItemFailures: true, maxConcurrency: 100 }),
    );
    data.bots.grant(turnWorker, "dynamodb:BatchGetItem");
    data.conversations.grant(turnWorker, "dynamodb:GetItem", "dynamodb:PutItem");
    data.turns.grant(turnWorker, "dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:UpdateItem");
    data.appSecrets.grantRead(turnWorker);
  }
}
