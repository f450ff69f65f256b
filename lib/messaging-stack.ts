import { CfnOutput, Stack, type StackProps } from "aws-cdk-lib";
import type { Construct } from "constructs";
import { slotEnvironment } from "./capacity.ts";
import type { Config } from "./config.ts";
import { BridgeFunction } from "./constructs/bridge-function.ts";
import { JobQueue } from "./constructs/job-queue.ts";
import { Releases } from "./constructs/releases.ts";
import type { DataStack } from "./data-stack.ts";
import { secretEnvironment } from "./secret-environment.ts";

export interface MessagingStackProps extends StackProps {
  readonly config: Config;
  readonly data: DataStack;
}

/** Lambda's maximum: an agent's answer may take long. The turn itself ends one minute earlier. */
const turnSeconds = 900;
/** One attempt takes at most five seconds. */
const webhookSeconds = 15;

/**
 * The job queues and their workers. Turns and webhooks are separate, so that an app server that is down delays no turn.
 */
export class MessagingStack extends Stack {
  readonly turns: JobQueue;
  readonly webhooks: JobQueue;
  readonly turnWorker: BridgeFunction;
  readonly webhookWorker: BridgeFunction;

  constructor(scope: Construct, id: string, { config, data, ...props }: MessagingStackProps) {
    super(scope, id, props);
    const isProduction = config.production;
    this.turns = new JobQueue(this, "Turns", { workerSeconds: turnSeconds, isProduction });
    this.webhooks = new JobQueue(this, "Webhooks", { workerSeconds: webhookSeconds, isProduction });
    const releases = new Releases(this, "Releases", config);

    const workerEnvironment = {
      BOTS_TABLE: data.bots.tableName,
      TURNS_TABLE: data.turns.tableName,
      GUARDS_TABLE: data.guards.tableName,
      ...secretEnvironment(data, config),
      ALLOW_PRIVATE_CALLBACKS: config.allowPrivateCallbacks ? "1" : "0",
    };

    this.turnWorker = new BridgeFunction(this, "TurnWorker", {
      name: "turn-worker",
      description: "Runs turns: asks the model and sends its answer to the IM",
      timeoutSeconds: turnSeconds,
      environment: {
        ...workerEnvironment,
        ...slotEnvironment(config.turnsInFlight, config),
        SLOTS_PER_USER: String(config.userTurnsInFlight),
        CONVERSATIONS_TABLE: data.conversations.tableName,
        RONGCLOUD_API_URL: config.rongcloudApiUrl,
        TURNS_QUEUE_URL: this.turns.queue.queueUrl,
        DEAD_LETTERS_URL: this.turns.deadLetters.queueUrl,
      },
      config,
      releases,
    });
    this.turns.addWorker(this.turnWorker, config.turnsInFlight);
    this.turnWorker.allow(data.conversations.tableArn, "dynamodb:UpdateItem");
    this.turnWorker.allow(data.guards.tableArn, "dynamodb:BatchGetItem");
    // Checks of answers that wait for human input.
    this.turnWorker.allow(this.turns.queue.queueArn, "sqs:SendMessage");

    this.webhookWorker = new BridgeFunction(this, "WebhookWorker", {
      name: "webhook-worker",
      description: "Delivers webhook events to app servers",
      timeoutSeconds: webhookSeconds,
      environment: {
        ...workerEnvironment,
        ...slotEnvironment(config.webhooksInFlight, config),
        WEBHOOKS_QUEUE_URL: this.webhooks.queue.queueUrl,
        DEAD_LETTERS_URL: this.webhooks.deadLetters.queueUrl,
      },
      config,
      releases,
    });
    this.webhooks.addWorker(this.webhookWorker, config.webhooksInFlight);

    for (const worker of [this.turnWorker, this.webhookWorker]) {
      worker.allow(data.bots.tableArn, "dynamodb:BatchGetItem");
      worker.allow(data.turns.tableArn, "dynamodb:UpdateItem");
      worker.allow(data.guards.tableArn, "dynamodb:UpdateItem", "dynamodb:GetItem");
      worker.allow(data.appSecrets.secretArn, "secretsmanager:GetSecretValue");
    }

    // Read by `npm run redrive` and `npm run reseal`.
    new CfnOutput(this, "TurnsQueueUrl", { value: this.turns.queue.queueUrl });
    new CfnOutput(this, "TurnsDeadLettersUrl", { value: this.turns.deadLetters.queueUrl });
    new CfnOutput(this, "WebhooksQueueUrl", { value: this.webhooks.queue.queueUrl });
    new CfnOutput(this, "WebhooksDeadLettersUrl", { value: this.webhooks.deadLetters.queueUrl });
    new CfnOutput(this, "TurnsTable", { value: data.turns.tableName });
    new CfnOutput(this, "BotsTable", { value: data.bots.tableName });
    new CfnOutput(this, "AppsSecret", { value: data.appSecrets.secretArn });
  }
}
