import { randomUUID } from "node:crypto";
import { makeBotsTable } from "#adapters/dynamodb/bots-table.ts";
import { makeDocumentClient } from "#adapters/dynamodb/document-client.ts";
import { makeTurnsTable } from "#adapters/dynamodb/turns-table.ts";
import { makeHttpClient } from "#adapters/http/http-client.ts";
import { makeJsonLog } from "#adapters/node/json-log.ts";
import { makeMetrics } from "#adapters/node/metrics.ts";
import { systemClock as clock } from "#adapters/node/system-clock.ts";
import { openAppSecrets } from "#adapters/secrets/open-app-secrets.ts";
import { makeDeadLetters } from "#adapters/sqs/dead-letters.ts";
import { makeHoldOn } from "#adapters/sqs/hold-on.ts";
import { parseWebhookJob } from "#adapters/sqs/job-message.ts";
import { makeSqsClient } from "#adapters/sqs/sqs-client.ts";
import { makeWorker } from "#adapters/sqs/worker.ts";
import { makeCallWebhook } from "#adapters/webhook/call-webhook.ts";
import { webhookIdOf } from "#adapters/webhook/webhook-id.ts";
import { makeSpareEndpoints } from "#core/jobs/circuit-breaker.ts";
import { makeReportJob } from "#core/jobs/job-report.ts";
import { makeRunWebhookJob } from "#core/jobs/run-webhook-job.ts";
import { readEnv } from "./env.ts";

const env = readEnv();
const log = makeJsonLog();
const client = makeDocumentClient();
const sqs = makeSqsClient();
const apps = await openAppSecrets({ env, clock, log });

export const handler = makeWorker({
  parseJob: parseWebhookJob,
  runJob: makeRunWebhookJob({
    bots: makeBotsTable({ client, tableName: env.BOTS_TABLE, apps, clock }),
    jobs: makeTurnsTable({ client, tableName: env.TURNS_TABLE, clock }),
    callWebhook: makeSpareEndpoints({
      callWebhook: makeCallWebhook({
        sendHttp: makeHttpClient({ publicOnly: !env.ALLOW_PRIVATE_CALLBACKS, clock }),
        apps,
        clock,
      }),
      clock,
    }),
    deadLetters: makeDeadLetters({ client: sqs, queueUrl: env.DEAD_LETTERS_URL }),
    report: makeReportJob({ log, metrics: makeMetrics(), clock }),
    clock,
    log,
    newToken: randomUUID,
    webhookIdOf,
    random: Math.random,
  }),
  holdOn: makeHoldOn({ client: sqs, queueUrl: env.WEBHOOKS_QUEUE_URL }),
  log,
});
