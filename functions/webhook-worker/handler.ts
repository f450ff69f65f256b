import { randomUUID } from "node:crypto";
import * as v from "valibot";
import { makeBotsTable } from "#adapters/dynamodb/bots-table.ts";
import { makeDocumentClient } from "#adapters/dynamodb/document-client.ts";
import { makeHttpClient } from "#adapters/http/http-client.ts";
import { flag, nonEmptyString, parseEnvironment } from "#adapters/node/environment.ts";
import { makeJsonLog } from "#adapters/node/json-log.ts";
import { makeMetrics } from "#adapters/node/metrics.ts";
import { systemClock as clock } from "#adapters/node/system-clock.ts";
import { appSecretsEnv, openAppSecrets } from "#adapters/secrets/open-app-secrets.ts";
import { makeDeadLetters } from "#adapters/sqs/dead-letters.ts";
import { parseWebhookJob } from "#adapters/sqs/job-message.ts";
import { makeMessageVisibility } from "#adapters/sqs/message-visibility.ts";
import { makeSqsClient } from "#adapters/sqs/sqs-client.ts";
import { makeWorker } from "#adapters/sqs/worker.ts";
import { makeCallWebhook, webhookIdOf } from "#adapters/webhook/call-webhook.ts";
import { jobWorkerEnv, openJobWorker } from "#adapters/workers/open-job-worker.ts";
import { makeCircuitBreaker } from "#core/jobs/circuit-breaker.ts";
import { makeRunWebhookJob, webhookLeaseMs } from "#core/jobs/run-webhook-job.ts";

const env = parseEnvironment(
  v.object({
    BOTS_TABLE: nonEmptyString,
    ...jobWorkerEnv,
    ...appSecretsEnv,
    WEBHOOKS_QUEUE_URL: nonEmptyString,
    DEAD_LETTERS_URL: nonEmptyString,
    ALLOW_PRIVATE_CALLBACKS: flag,
  }),
);
const log = makeJsonLog();
const client = makeDocumentClient();
const sqs = makeSqsClient();
const apps = await openAppSecrets({ env, clock, log });

export const handler = makeWorker({
  parseJob: parseWebhookJob,
  runJob: makeRunWebhookJob({
    ...openJobWorker({ env, client, apps, channel: "webhook", metrics: makeMetrics(), clock, log }),
    bots: makeBotsTable({ client, tableName: env.BOTS_TABLE, apps, clock }),
    callWebhook: makeCircuitBreaker({
      callWebhook: makeCallWebhook({
        sendHttp: makeHttpClient({ publicOnly: !env.ALLOW_PRIVATE_CALLBACKS, clock }),
        apps,
        clock,
      }),
      clock,
    }),
    deadLetters: makeDeadLetters({ client: sqs, queueUrl: env.DEAD_LETTERS_URL }),
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
