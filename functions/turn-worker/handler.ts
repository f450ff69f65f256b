import { randomUUID } from "node:crypto";
import * as v from "valibot";
import { makeDocumentClient } from "#adapters/dynamodb/document-client.ts";
import { makeJobsTable } from "#adapters/dynamodb/jobs-table.ts";
import { makeLimitsTable } from "#adapters/dynamodb/limits-table.ts";
import { makeReadTurnJob } from "#adapters/dynamodb/read-turn-job.ts";
import { makeRecallsTable } from "#adapters/dynamodb/recalls-table.ts";
import { makeSlotsTable } from "#adapters/dynamodb/slots-table.ts";
import { makeStoryAttributes } from "#adapters/dynamodb/story-attributes.ts";
import { makeHttpClient } from "#adapters/http/http-client.ts";
import { modelsEnv, openModels } from "#adapters/models/open-models.ts";
import {
  nonEmptyString,
  nonNegativeInteger,
  parseEnvironment,
  positiveInteger,
} from "#adapters/node/environment.ts";
import { makeJsonLog } from "#adapters/node/json-log.ts";
import { makeMetrics } from "#adapters/node/metrics.ts";
import { systemClock as clock } from "#adapters/node/system-clock.ts";
import { makeRongCloudClient } from "#adapters/rongcloud/rongcloud-client.ts";
import { makeRongCloudMessages } from "#adapters/rongcloud/rongcloud-messages.ts";
import { rongcloudEnv } from "#adapters/rongcloud/send-to-rongcloud.ts";
import { makePseudonymOf } from "#adapters/secrets/user-pseudonym.ts";
import { makeDeadLetters } from "#adapters/sqs/dead-letters.ts";
import { parseTurnJob } from "#adapters/sqs/job-message.ts";
import { makeJobQueue } from "#adapters/sqs/job-queue.ts";
import { makeMessageVisibility } from "#adapters/sqs/message-visibility.ts";
import { makeSqsClient } from "#adapters/sqs/sqs-client.ts";
import { makeWorker } from "#adapters/sqs/worker.ts";
import { makeCloseOpenMessage } from "#core/im/close-open-message.ts";
import { withRefusalsLogged } from "#core/im/log-refusals.ts";
import { makeReportJob } from "#core/jobs/job-report.ts";
import { makeAcquireJobSlots } from "#core/jobs/job-slots.ts";
import { makeRunTurnJob } from "#core/jobs/run-turn-job.ts";
import { leaseMs } from "#core/shared/lease.ts";
import { makeAcquireSlots } from "#core/shared/slots.ts";
import { makeCountTurn } from "#core/turn/count-turn.ts";
import { makeForwardTurn } from "#core/turn/forward-turn.ts";
import { makeRecordTurn } from "#core/turn/turn-report.ts";
import { makeReceiverFor } from "./receiver-for.ts";

const env = parseEnvironment(
  v.object({
    ...modelsEnv,
    ...rongcloudEnv,
    TURNS_TABLE: nonEmptyString,
    TURN_STORY_DAYS: nonNegativeInteger,
    GUARDS_TABLE: nonEmptyString,
    SLOTS_PER_APP: positiveInteger,
    SLOTS_PER_BOT: positiveInteger,
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
const stories = makeStoryAttributes({ apps, clock, days: env.TURN_STORY_DAYS });
const callRongCloud = makeRongCloudClient({
  sendHttp: makeHttpClient({ publicOnly: false, clock }),
  apps,
  clock,
  apiUrls: env.RONGCLOUD_API_URL,
});
const im = withRefusalsLogged({ im: makeRongCloudMessages(callRongCloud), log, clock });
const turns = makeJobQueue({ client: sqs, queueUrl: env.TURNS_QUEUE_URL });
const acquireSlots = makeAcquireJobSlots({
  acquireSlots: makeAcquireSlots({
    store: makeSlotsTable({ client, tableName: env.GUARDS_TABLE, clock, random: Math.random }),
    channel: "im",
    clock,
    metrics,
    log,
  }),
  channel: "im",
  limits: { perApp: env.SLOTS_PER_APP, perBot: env.SLOTS_PER_BOT, perUser: env.SLOTS_PER_USER },
});
const pseudonymOf = makePseudonymOf(apps);
const limits = makeLimitsTable({ client, tableName: env.GUARDS_TABLE, clock });
const runTurnJob = makeRunTurnJob({
  readTurnJob: makeReadTurnJob({
    client,
    botsTable: env.BOTS_TABLE,
    guardsTable: env.GUARDS_TABLE,
    apps,
    clock,
  }),
  recalls: makeRecallsTable({ client, tableName: env.GUARDS_TABLE, clock }),
  jobs: makeJobsTable({ client, tableName: env.TURNS_TABLE, clock, stories }),
  forwardTurn: makeForwardTurn({ conversations, models, clock, log, newToken: randomUUID }),
  countTurn: makeCountTurn({ store: limits, apps, clock, metrics, log, pseudonymOf }),
  notices: limits,
  receiverFor: makeReceiverFor({ im, clock, imCallsPerSecond: env.IM_CALLS_PER_SECOND }),
  closeOpenMessage: makeCloseOpenMessage({ im, clock }),
  sendCheck: (job) => turns.send([job]),
  deadLetters: makeDeadLetters({ client: sqs, queueUrl: env.DEAD_LETTERS_URL }),
  report: makeReportJob({ log, metrics, clock, pseudonymOf }),
  recordTurn: makeRecordTurn({ metrics, clock }),
  keepsText: (appKey) => apps.lastKnown(appKey)?.storyText === true,
  clock,
  log,
  acquireSlots,
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
