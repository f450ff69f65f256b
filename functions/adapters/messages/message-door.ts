import type { DynamoDBDocumentClient } from "@aws-sdk/lib-dynamodb";
import { makeBotsTable } from "#adapters/dynamodb/bots-table.ts";
import { text } from "#adapters/node/environment.ts";
import { makeFitsPattern } from "#adapters/patterns/fits-pattern.ts";
import type { AppSecrets } from "#adapters/secrets/app-secrets.ts";
import { makeJobQueue } from "#adapters/sqs/job-queue.ts";
import { makeSqsClient } from "#adapters/sqs/sqs-client.ts";
import type { BotStore } from "#core/bot/bot.ts";
import { type DispatchJobs, makeDispatchJobs } from "#core/intake/dispatch-jobs.ts";
import { type MatchIntegrations, makeMatchIntegrations } from "#core/intake/matching.ts";
import { makeReportJob } from "#core/jobs/job-report.ts";
import type { Clock } from "#core/shared/clock.ts";
import type { Log } from "#core/shared/log.ts";
import type { Metrics } from "#core/shared/metrics.ts";

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
