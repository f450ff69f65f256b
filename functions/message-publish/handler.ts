import { parseFormBody } from "../adapters/api-gateway/parse-body.ts";
import { makeSignedApi } from "../adapters/api-gateway/signed-api.ts";
import { makeBotsTable } from "../adapters/dynamodb/bots-table.ts";
import { makeDocumentClient } from "../adapters/dynamodb/document-client.ts";
import { makeJsonLog } from "../adapters/node/json-log.ts";
import { systemClock as clock } from "../adapters/node/system-clock.ts";
import { newMessageUID } from "../adapters/rongcloud/message-uid.ts";
import { makeSignedCallers } from "../adapters/rongcloud/signed-callers.ts";
import { makeSqsClient } from "../adapters/sqs/sqs-client.ts";
import { makeTurnQueue } from "../adapters/sqs/turn-queue.ts";
import { makePublishMessage } from "../core/publish-message.ts";
import { readEnv } from "./env.ts";
import { messageSchema, repeatable } from "./message-schema.ts";

const env = readEnv();
const log = makeJsonLog();
const client = makeDocumentClient();
const { apps, verifyCall } = makeSignedCallers({ env, client, clock, log });
const bots = makeBotsTable({ client, tableName: env.BOTS_TABLE, apps, clock });
const turns = makeTurnQueue({ client: makeSqsClient(), queueUrl: env.TURNS_QUEUE_URL });
const publishMessage = makePublishMessage({ bots, turns, newMessageUID, clock, log });

export const handler = makeSignedApi(
  { verifyCall, log },
  {
    "/message/private/publish.json": async ({ appKey }, { body }) => ({
      messageUIDs: await publishMessage(appKey, parseFormBody(messageSchema, body, repeatable)),
    }),
  },
);
