import { randomUUID } from "node:crypto";
import type { Context, SQSBatchResponse, SQSEvent } from "aws-lambda";
import { makeAskDify } from "../adapters/dify/ask-dify.ts";
import { difyLimits } from "../adapters/dify/dify-limits.ts";
import { makeBotsTable } from "../adapters/dynamodb/bots-table.ts";
import { makeConversationsTable } from "../adapters/dynamodb/conversations-table.ts";
import { makeDocumentClient } from "../adapters/dynamodb/document-client.ts";
import { makeTurnsTable } from "../adapters/dynamodb/turns-table.ts";
import { makeHttpClient } from "../adapters/http/http-client.ts";
import { makeJsonLog } from "../adapters/node/json-log.ts";
import { systemClock as clock } from "../adapters/node/system-clock.ts";
import { makeRongCloudClient } from "../adapters/rongcloud/rongcloud-client.ts";
import { makeRongCloudMessages } from "../adapters/rongcloud/rongcloud-messages.ts";
import { makeAppSecrets } from "../adapters/secrets/app-secrets.ts";
import { makeSecretsClient } from "../adapters/secrets/secrets-client.ts";
import { makeHoldOn } from "../adapters/sqs/hold-on.ts";
import { makeSqsClient } from "../adapters/sqs/sqs-client.ts";
import { makeForwardTurn } from "../core/forward-turn.ts";
import { makeRunTurnJob } from "../core/run-turn-job.ts";
import { readEnv } from "./env.ts";
import { makeSinkFor } from "./sink-for.ts";
import { makeTakeRecord } from "./take-record.ts";

const env = readEnv();
const log = makeJsonLog();
const client = makeDocumentClient();
const apps = makeAppSecrets({ client: makeSecretsClient(), secretId: env.SECRET_ID, clock, log });
const callRongCloud = makeRongCloudClient({
  sendHttp: makeHttpClient({ publicOnly: false }),
  apps,
  clock,
  apiUrl: env.RONGCLOUD_API_URL,
});
const askDify = makeAskDify({
  sendHttp: makeHttpClient({ publicOnly: !env.ALLOW_PRIVATE_CALLBACKS }),
  clock,
  waits: difyLimits,
});
const conversations = makeConversationsTable({ client, tableName: env.CONVERSATIONS_TABLE, clock });
const runTurnJob = makeRunTurnJob({
  bots: makeBotsTable({ client, tableName: env.BOTS_TABLE, apps, clock }),
  turns: makeTurnsTable({ client, tableName: env.TURNS_TABLE, clock }),
  forwardTurn: makeForwardTurn({ conversations, askDify, clock, log }),
  sinkFor: makeSinkFor({ im: makeRongCloudMessages(callRongCloud), clock }),
  clock,
  log,
  newToken: randomUUID,
});

const takeRecord = makeTakeRecord({
  runTurnJob,
  holdOn: makeHoldOn({ client: makeSqsClient(), queueUrl: env.TURNS_QUEUE_URL }),
  log,
});
/** What is left of a function's time when a turn must have its answer: enough to bring the end of it to the IM. */
const deliveryMs = 60_000;

export const handler = async ({ Records }: SQSEvent, context: Context): Promise<SQSBatchResponse> => {
  const deadline = clock.now() + context.getRemainingTimeInMillis() - deliveryMs;
  const fates = await Promise.all(Records.map((record) => takeRecord(record, deadline)));
  const again = Records.filter((_, index) => fates[index] === "again");
  return { batchItemFailures: again.map(({ messageId }) => ({ itemIdentifier: messageId })) };
};
