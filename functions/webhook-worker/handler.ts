import { randomUUID } from "node:crypto";
import * as v from "valibot";
import { makeBotsTable } from "#adapters/dynamodb/bots-table.ts";
import { makeDocumentClient } from "#adapters/dynamodb/document-client.ts";
import { makeJobsTable } from "#adapters/dynamodb/jobs-table.ts";
import { makeSlotsTable } from "#adapters/dynamodb/slots-table.ts";
import { makeStoryAttributes } from "#adapters/dynamodb/story-attributes.ts";
import { makeHttpClient } from "#adapters/http/http-client.ts";
import {
  flag,
  nonEmptyString,
  nonNegativeInteger,
  parseEnvironment,
  positiveInteger,
} from "#adapters/node/environment.ts";
import { makeJsonLog } from "#adapters/node/json-log.ts";
import { makeMetrics } from "#adapters/node/metrics.ts";
import { systemClock as clock } from "#adapters/node/system-clock.ts";
import { appSecretsEnv, openAppSecrets } from "#adapters/secrets/open-app-secrets.ts";
import { makePseudonymOf } from "#adapters/secrets/user-pseudonym.ts";
import { makeDeadLetters } from "#adapters/sqs/dead-letters.ts";
import { parseWebhookJob } from "#adapters/sqs/job-message.ts";
import { makeMessageVisibility } from "#adapters/sqs/message-visibility.ts";
import { makeSqsClient } from "#adapters/sqs/sqs-client.ts";
import { makeWorker } from "#adapters/sqs/worker.ts";
import { makeCallWebhook, webhookIdOf } from "#adapters/webhook/call-webhook.ts";
import { makeCircuitBreaker } from "#core/jobs/circuit-breaker.ts";
import { makeReportJob } from "#core/jobs/job-report.ts";
import { makeAcquireJobSlots } from "#core/jobs/job-slots.ts";
import { makeRunWebhookJob, webhookLeaseMs } from "#core/jobs/run-webhook-job.ts";
import { makeAcquireSlots } from "#core/shared/slots.ts";

const env = parseEnvironment(
  v.object({
    BOTS_TABLE: nonEmptyString,
    TURNS_TABLE: nonEmptyString,
    TURN_STORY_DAYS: nonNegativeInteger,
    GUARDS_TABLE: nonEmptyString,
    SLOTS_PER_APP: positiveInteger,
    SLOTS_PER_BOT: positiveInteger,
    ...appSecretsEnv,
    WEBHOOKS_QUEUE_URL: nonEmptyString,
    DEAD_LETTERS_URL: nonEmptyString,
    ALLOW_PRIVATE_CALLBACKS: flag,
  }),
);
const log = makeJsonLog();
const metrics = makeMetrics();
const client = makeDocumentClient();
const sqs = makeSqsClient();
const apps = await openAppSecrets({ env, clock, log });
const stories = makeStoryAttributes({ apps, clock, days: env.TURN_STORY_DAYS });

export const handler = makeWorker({
  parseJob: parseWebhookJob,
  runJob: makeRunWebhookJob({
    bots: makeBotsTable({ client, tableName: env.BOTS_TABLE, apps, clock }),
    jobs: makeJobsTable({ client, tableName: env.TURNS_TABLE, clock, stories }),
    callWebhook: makeCircuitBreaker({
      callWebhook: makeCallWebhook({
        sendHttp: makeHttpClient({ publicOnly: !env.ALLOW_PRIVATE_CALLBACKS, clock }),
        apps,
        clock,
      }),
      clock,
    }),
    acquireSlots: makeAcquireJobSlots({
      acquireSlots: makeAcquireSlots({
        store: makeSlotsTable({ client, tableName: env.GUARDS_TABLE, clock, random: Math.random }),
        channel: "webhook",
        clock,
        metrics,
        log,
      }),
      channel: "webhook",
      limits: { perApp: env.SLOTS_PER_APP, perBot: env.SLOTS_PER_BOT },
    }),
    deadLetters: makeDeadLetters({ client: sqs, queueUrl: env.DEAD_LETTERS_URL }),
    report: makeReportJob({ log, metrics, clock, pseudonymOf: makePseudonymOf(apps) }),
    clock,
    log,
    newToken: randomUUID,
    webhookIdOf,
    random: Math.random,
  }),
  visibilityOf: makeMessageVisibility({ client: sqs, queueUrl: env.WEBHOOKS_QUEUE_URL }),
  hideMs: webhookLeaseMs,
  log,
});
