import { randomUUID } from "node:crypto";
import * as v from "valibot";
import { makeDocumentClient } from "#adapters/dynamodb/document-client.ts";
import { makeInboxTable } from "#adapters/dynamodb/inbox-table.ts";
import { makeFindStop } from "#adapters/dynamodb/job-stops.ts";
import { makeLimitsTable } from "#adapters/dynamodb/limits-table.ts";
import { makeReadTurnJob } from "#adapters/dynamodb/read-turn-job.ts";
import { modelsEnv, openModels } from "#adapters/models/open-models.ts";
import { nonEmptyString, parseEnvironment, positiveInteger } from "#adapters/node/environment.ts";
import { makeJsonLog } from "#adapters/node/json-log.ts";
import { makeMetrics } from "#adapters/node/metrics.ts";
import { systemClock as clock } from "#adapters/node/system-clock.ts";
import { rongcloudEnv } from "#adapters/rongcloud/send-to-rongcloud.ts";
import { makeKeepsText } from "#adapters/secrets/app-secrets.ts";
import { makePseudonymOf } from "#adapters/secrets/user-pseudonym.ts";
import { makeDeadLetters } from "#adapters/sqs/dead-letters.ts";
import { parseTurnJob } from "#adapters/sqs/job-message.ts";
import { makeJobQueue } from "#adapters/sqs/job-queue.ts";
import { makeMessageVisibility } from "#adapters/sqs/message-visibility.ts";
import { makeSqsClient } from "#adapters/sqs/sqs-client.ts";
import { makeWorker } from "#adapters/sqs/worker.ts";
import { jobWorkerEnv, openJobWorker } from "#adapters/workers/open-job-worker.ts";
import { makeRunTurnJob } from "#core/jobs/run-turn-job.ts";
import { leaseMs } from "#core/shared/lease.ts";
import { makeCountTurn } from "#core/turn/count-turn.ts";
import { makeForwardTurn } from "#core/turn/forward-turn.ts";
import { makeRecordTurn } from "#core/turn/turn-report.ts";
import { openDelivery } from "./open-delivery.ts";

const env = parseEnvironment(
  v.object({
    ...modelsEnv,
    ...rongcloudEnv,
    ...jobWorkerEnv,
    SLOTS_PER_USER: positiveInteger,
    TURNS_QUEUE_URL: nonEmptyString,
    DEAD_LETTERS_URL: nonEmptyString,
    IM_CALLS_PER_SECOND: positiveInteger,
  }),
);
const log = makeJsonLog();
const metrics = makeMetrics();
const client = makeDocumentClient();
const sqs = makeSqsClient();
const { apps, conversations, models } = await openModels({ env, client, clock, log });
const turns = makeJobQueue({ client: sqs, queueUrl: env.TURNS_QUEUE_URL });
const pseudonymOf = makePseudonymOf(apps);
const limits = makeLimitsTable({ client, tableName: env.GUARDS_TABLE, clock });
const runTurnJob = makeRunTurnJob({
  ...openJobWorker({
    env,
    client,
    apps,
    channel: "im",
    slotsPerUser: env.SLOTS_PER_USER,
    metrics,
    clock,
    log,
  }),
  ...openDelivery({ env, apps, clock, log }),
  readTurnJob: makeReadTurnJob({
    client,
    botsTable: env.BOTS_TABLE,
    guardsTable: env.GUARDS_TABLE,
    apps,
    clock,
    log,
  }),
  inbox: makeInboxTable({ client, tableName: env.GUARDS_TABLE, apps }),
  findStop: makeFindStop({ client, tableName: env.GUARDS_TABLE, clock }),
  conversations,
  forwardTurn: makeForwardTurn({ conversations, models, clock, log, newToken: randomUUID }),
  countTurn: makeCountTurn({ store: limits, apps, clock, metrics, log, pseudonymOf }),
  notices: limits,
  sendCheck: (job) => turns.send([job]),
  deadLetters: makeDeadLetters({ client: sqs, queueUrl: env.DEAD_LETTERS_URL }),
  recordTurn: makeRecordTurn({ metrics, clock }),
  keepsText: makeKeepsText(apps),
  clock,
  log,
  newToken: randomUUID,
  random: Math.random,
});

export const handler = makeWorker({
  parseJob: parseTurnJob,
  runJob: (job, visibility, leftMs) => runTurnJob(job, visibility, clock.now() + leftMs),
  visibilityOf: makeMessageVisibility({ client: sqs, queueUrl: env.TURNS_QUEUE_URL }),
  hideMs: leaseMs,
  log,
});
