import type { DynamoDBDocumentClient } from "@aws-sdk/lib-dynamodb";
import { makeBotsTable } from "#adapters/dynamodb/bots-table.ts";
import { makeCutoffsTable } from "#adapters/dynamodb/cutoffs-table.ts";
import { makeInboxTable } from "#adapters/dynamodb/inbox-table.ts";
import { makeRecallsTable } from "#adapters/dynamodb/recalls-table.ts";
import { nonEmptyString } from "#adapters/node/environment.ts";
import { makeMatchesPattern } from "#adapters/patterns/matches-pattern.ts";
import type { AppSecrets } from "#adapters/secrets/app-secrets.ts";
import { makePseudonymOf } from "#adapters/secrets/user-pseudonym.ts";
import { makeJobQueue } from "#adapters/sqs/job-queue.ts";
import { makeSqsClient } from "#adapters/sqs/sqs-client.ts";
import type { BotStore } from "#core/bot/bot.ts";
import { type DispatchJobs, makeDispatchJobs } from "#core/intake/dispatch-jobs.ts";
import { makeReportIgnored, type ReportIgnored } from "#core/intake/ignored-message.ts";
import { type MatchIntegrations, makeMatchIntegrations } from "#core/intake/matching.ts";
import { makeReportJob } from "#core/jobs/job-report.ts";
import type { RecallStore } from "#core/message/recall.ts";
import type { Clock } from "#core/shared/clock.ts";
import type { Log } from "#core/shared/log.ts";
import type { Metrics } from "#core/shared/metrics.ts";

/** Environment variables of every function that accepts messages. */
export const messageIngressEnv = {
  BOTS_TABLE: nonEmptyString,
  GUARDS_TABLE: nonEmptyString,
  TURNS_QUEUE_URL: nonEmptyString,
  WEBHOOKS_QUEUE_URL: nonEmptyString,
};

export interface MessageIngressParts {
  readonly env: Readonly<Record<keyof typeof messageIngressEnv, string>>;
  readonly client: DynamoDBDocumentClient;
  readonly apps: AppSecrets;
  readonly metrics: Metrics;
  readonly clock: Clock;
  readonly log: Log;
}

export interface MessageIngress {
  readonly bots: BotStore;
  readonly matchIntegrations: MatchIntegrations;
  readonly reportIgnored: ReportIgnored;
  readonly recalls: RecallStore;
  readonly dispatchJobs: DispatchJobs;
}

/** The parts that every entry point for messages shares. */
export const makeMessageIngress = ({
  env,
  client,
  apps,
  metrics,
  clock,
  log,
}: MessageIngressParts): MessageIngress => {
  const sqs = makeSqsClient();
  const pseudonymOf = makePseudonymOf(apps);
  return {
    bots: makeBotsTable({ client, tableName: env.BOTS_TABLE, apps, clock }),
    matchIntegrations: makeMatchIntegrations(makeMatchesPattern()),
    reportIgnored: makeReportIgnored({ log, metrics, pseudonymOf }),
    recalls: makeRecallsTable({ client, tableName: env.GUARDS_TABLE, clock }),
    dispatchJobs: makeDispatchJobs({
      turns: makeJobQueue({ client: sqs, queueUrl: env.TURNS_QUEUE_URL }),
      webhooks: makeJobQueue({ client: sqs, queueUrl: env.WEBHOOKS_QUEUE_URL }),
      cutoffs: makeCutoffsTable({ client, tableName: env.GUARDS_TABLE, clock }),
      inbox: makeInboxTable({ client, tableName: env.GUARDS_TABLE, apps }),
      report: makeReportJob({ log, metrics, clock, pseudonymOf }),
      log,
    }),
  };
};
