import { randomUUID } from "node:crypto";
import { makeAskDify } from "#adapters/dify/ask-dify.ts";
import { makeCallDify } from "#adapters/dify/call-dify.ts";
import { difyLimits } from "#adapters/dify/dify-limits.ts";
import { makeStopDify } from "#adapters/dify/stop-dify.ts";
import { makeBotsTable } from "#adapters/dynamodb/bots-table.ts";
import { makeConversationsTable } from "#adapters/dynamodb/conversations-table.ts";
import { makeDocumentClient } from "#adapters/dynamodb/document-client.ts";
import { makeTurnsTable } from "#adapters/dynamodb/turns-table.ts";
import { makeHttpClient } from "#adapters/http/http-client.ts";
import { makeJsonLog } from "#adapters/node/json-log.ts";
import { makeMetrics } from "#adapters/node/metrics.ts";
import { systemClock as clock } from "#adapters/node/system-clock.ts";
import { makeRongCloudClient } from "#adapters/rongcloud/rongcloud-client.ts";
import { makeRongCloudMessages } from "#adapters/rongcloud/rongcloud-messages.ts";
import { openAppSecrets } from "#adapters/secrets/open-app-secrets.ts";
import { makeDeadLetters } from "#adapters/sqs/dead-letters.ts";
import { makeHoldOn } from "#adapters/sqs/hold-on.ts";
import { parseTurnJob } from "#adapters/sqs/job-message.ts";
import { makeSqsClient } from "#adapters/sqs/sqs-client.ts";
import { makeWorker } from "#adapters/sqs/worker.ts";
import { makeCloseOpenMessage } from "#core/im/close-open-message.ts";
import { makeReportJob } from "#core/jobs/job-report.ts";
import { makeRunTurnJob } from "#core/jobs/run-turn-job.ts";
import { makeForwardTurn } from "#core/turn/forward-turn.ts";
import { makeNoteTurn } from "#core/turn/turn-report.ts";
import { readEnv } from "./env.ts";
import { makeSinkFor } from "./sink-for.ts";

const env = readEnv();
const log = makeJsonLog();
const metrics = makeMetrics();
const client = makeDocumentClient();
const sqs = makeSqsClient();
const apps = await openAppSecrets({ env, clock, log });
const callRongCloud = makeRongCloudClient({
  sendHttp: makeHttpClient({ publicOnly: false, clock }),
  apps,
  clock,
  apiUrls: env.RONGCLOUD_API_URL,
});
const im = makeRongCloudMessages(callRongCloud);
const toDify = {
  sendHttp: makeHttpClient({ publicOnly: !env.ALLOW_PRIVATE_CALLBACKS, clock }),
  clock,
  waits: difyLimits,
};
const conversations = makeConversationsTable({ client, tableName: env.CONVERSATIONS_TABLE, clock });
const runTurnJob = makeRunTurnJob({
  bots: makeBotsTable({ client, tableName: env.BOTS_TABLE, apps, clock }),
  turns: makeTurnsTable({ client, tableName: env.TURNS_TABLE, clock }),
  forwardTurn: makeForwardTurn({
    conversations,
    askDify: makeAskDify(toDify),
    stopDify: makeStopDify(makeCallDify(toDify)),
    clock,
    log,
    newToken: randomUUID,
  }),
  sinkFor: makeSinkFor({ im, clock }),
  closeOpenMessage: makeCloseOpenMessage({ im, clock }),
  deadLetters: makeDeadLetters({ client: sqs, queueUrl: env.DEAD_LETTERS_URL }),
  report: makeReportJob({ log, metrics, clock }),
  noteTurn: makeNoteTurn({ metrics, clock }),
  clock,
  log,
  newToken: randomUUID,
});

export const handler = makeWorker({
  parseJob: parseTurnJob,
  runJob: (job, hold, leftMs) => runTurnJob(job, hold, clock.now() + leftMs),
  holdOn: makeHoldOn({ client: sqs, queueUrl: env.TURNS_QUEUE_URL }),
  log,
});
