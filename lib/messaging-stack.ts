import { CfnOutput, Stack, type StackProps } from "aws-cdk-lib";
import type { Construct } from "constructs";
import { slotEnvironment } from "./capacity.ts";
import type { Config } from "./config.ts";
import { BridgeFunction } from "./constructs/bridge-function.ts";
import { addConsumer, allowConsumer, JobQueue } from "./constructs/job-queue.ts";
import { ManagedCapacity } from "./constructs/managed-capacity.ts";
import { Releases } from "./constructs/releases.ts";
import { StartQueue } from "./constructs/start-queue.ts";
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
/** It makes one call to SQS. Six times this is the longest that a job waits if its worker never begins. */
const starterSeconds = 20;
/** Each takes milliseconds, so ten start hundreds of turns per second. */
const maxStartersAtOnce = 10;

/**
 * The job queues and their workers. Turns and webhooks are separate, so that an app server that is down delays no turn. A turn
 * takes longer than its job may stay hidden for a worker that never begins, so a short function receives the jobs of turns and
 * requests a worker for each.
 */
export class MessagingStack extends Stack {
  readonly turns: JobQueue;
  readonly webhooks: JobQueue;
  readonly turnStarter: BridgeFunction;
  readonly turnWorker: BridgeFunction;
  readonly webhookWorker: BridgeFunction;

  constructor(scope: Construct, id: string, { config, data, ...props }: MessagingStackProps) {
    super(scope, id, props);
    const isProduction = config.production;
    this.turns = new JobQueue(this, "Turns", { consumerSeconds: starterSeconds, isProduction });
    this.webhooks = new JobQueue(this, "Webhooks", { consumerSeconds: webhookSeconds, isProduction });
    const startQueue = (id: string): StartQueue =>
      new StartQueue(this, id, {
        workerSeconds: turnSeconds,
        jobsVisibilitySeconds: this.turns.visibilitySeconds,
      });
    const starts = startQueue("TurnStarts");
    const restarts = startQueue("TurnRestarts");
    const releases = new Releases(this, "Releases", config);

    const workerEnvironment = {
      BOTS_TABLE: data.bots.tableName,
      TURNS_TABLE: data.turns.tableName,
      TURN_STORY_DAYS: String(config.turnStoryDays),
      GUARDS_TABLE: data.guards.tableName,
      ...secretEnvironment(data, config),
      ALLOW_PRIVATE_CALLBACKS: config.allowPrivateCallbacks ? "1" : "0",
    };

    // Apart from new turns: however many wait, the answer of a dead worker goes on before the IM ends its message.
    const restartsAtOnce = Math.max(2, Math.ceil(config.turnsInFlight / 4));
    const managed =
      config.turnWorker.capacity === "managed"
        ? new ManagedCapacity(this, "TurnCapacity", {
            name: "turn-worker",
            config,
            inFlight: config.turnsInFlight + restartsAtOnce,
          })
        : undefined;
    // Another id: a function can neither get managed instances later nor lose them.
    this.turnWorker = new BridgeFunction(this, managed ? "ManagedTurnWorker" : "TurnWorker", {
      name: "turn-worker",
      description: "Runs turns: asks the model and sends its answer to the IM",
      timeoutSeconds: turnSeconds,
      environment: {
        ...workerEnvironment,
        ...slotEnvironment(config.turnsInFlight, config),
        SLOTS_PER_USER: String(config.userTurnsInFlight),
        IM_CALLS_PER_SECOND: String(config.imCallsPerSecond),
        CONVERSATIONS_TABLE: data.conversations.tableName,
        RONGCLOUD_API_URL: config.rongcloudApiUrl,
        TURNS_QUEUE_URL: this.turns.queue.queueUrl,
        DEAD_LETTERS_URL: this.turns.deadLetters.queueUrl,
      },
      config,
      releases,
      managed,
    });
    this.turns.addWorker(this.turnWorker);
    // A worker deletes the jobs that it has ended. Until an upgrade from 0.2 has removed the mapping from this queue to the
    // worker, Lambda also receives jobs with its role.
    allowConsumer(this.turnWorker, this.turns.queue.queueArn);
    const startsToWorker = addConsumer(this.turnWorker, "Jobs", starts.queue, config.turnsInFlight);
    const restartsToWorker = addConsumer(this.turnWorker, "Restarts", restarts.queue, restartsAtOnce);

    this.turnStarter = new BridgeFunction(this, "TurnStarter", {
      name: "turn-starter",
      description: "Requests a turn-worker for each turn",
      timeoutSeconds: starterSeconds,
      environment: { STARTS_QUEUE_URL: starts.queue.queueUrl, RESTARTS_QUEUE_URL: restarts.queue.queueUrl },
      config,
      releases,
    });
    for (const { queue } of [starts, restarts]) this.turnStarter.allow(queue.queueArn, "sqs:SendMessage");
    const startersAtOnce = Math.min(maxStartersAtOnce, Math.max(2, Math.ceil(config.turnsInFlight / 10)));
    const jobsToStarter = addConsumer(this.turnStarter, "Jobs", this.turns.queue, startersAtOnce);
    // No start may wait for a worker that is still being deployed.
    jobsToStarter.node.addDependency(startsToWorker, restartsToWorker);

    this.turnWorker.allow(data.conversations.tableArn, "dynamodb:UpdateItem");
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
    this.webhooks.addWorker(this.webhookWorker);
    addConsumer(this.webhookWorker, "Jobs", this.webhooks.queue, config.webhooksInFlight);

    for (const worker of [this.turnWorker, this.webhookWorker]) {
      worker.allow(data.bots.tableArn, "dynamodb:BatchGetItem");
      worker.allow(data.turns.tableArn, "dynamodb:UpdateItem");
      worker.allow(data.guards.tableArn, "dynamodb:UpdateItem", "dynamodb:GetItem", "dynamodb:BatchGetItem");
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
