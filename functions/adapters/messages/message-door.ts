import type { DynamoDBDocumentClient } from "@aws-sdk/lib-dynamodb";
import type { BotStore } from "../../core/bot.ts";
import type { Clock } from "../../core/clock.ts";
import { makeReportJob } from "../../core/job-report.ts";
import type { Log } from "../../core/log.ts";
import { type MatchIntegrations, makeMatchIntegrations } from "../../core/matching.ts";
import { type DispatchJobs, makeDispatchJobs } from "../../core/messages/dispatch-jobs.ts";
import type { Metrics } from "../../core/metrics.ts";
import { makeBotsTable } from "../dynamodb/bots-table.ts";
import { text } from "../node/environment.ts";
import { makeFitsPattern } from "../patterns/fits-pattern.ts";
import type { AppSecrets } from "../secrets/app-secrets.ts";
import { makeJobQueue } from "../sqs/job-queue.ts";
import { makeSqsClient } from "../sqs/sqs-client.ts";

/** What a function that takes messages reads from its environment besides its own. */
export const messageDoorEnv = { BOTS_TABLE: text, TURNS_QUEUE_URL: text, WEBHOOKS_QUEUE_URL: text };

export interface MessageDoorParts {
  readonly env: Readonly<Record<keyof typeof messageDoorEnv, string>>;
  readonly client: DynamoDBDocumentClient;
  readonly apps: AppSecrets;
  readonly metrics: Metrics;
  readonly clock: Clock;
  readonly log: Log;
}

export interface MessageDoor {
  readonly bots: BotStore;
  readonly matchIntegrations: MatchIntegrations;
  readonly dispatchJobs: DispatchJobs;
}

/** What stands behind each door that messages come in by. */
export const makeMessageDoor = ({
  env,
  client,
  apps,
  metrics,
  clock,
  log,
}: MessageDoorParts): MessageDoor => {
  const sqs = makeSqsClient();
  return {
    bots: makeBotsTable({ client, tableName: env.BOTS_TABLE, apps, clock }),
    matchIntegrations: makeMatchIntegrations(makeFitsPattern()),
    dispatchJobs: makeDispatchJobs({
      turns: makeJobQueue({ client: sqs, queueUrl: env.TURNS_QUEUE_URL }),
      webhooks: makeJobQueue({ client: sqs, queueUrl: env.WEBHOOKS_QUEUE_URL }),
      report: makeReportJob({ log, metrics, clock }),
    }),
  };
};
