import { parseJsonBody } from "../adapters/api-gateway/parse-body.ts";
import { makeSignedApi } from "../adapters/api-gateway/signed-api.ts";
import { makeBotsTable } from "../adapters/dynamodb/bots-table.ts";
import { makeDocumentClient } from "../adapters/dynamodb/document-client.ts";
import { makeJsonLog } from "../adapters/node/json-log.ts";
import { systemClock as clock } from "../adapters/node/system-clock.ts";
import { makeSignedCallers } from "../adapters/rongcloud/signed-callers.ts";
import { makeCreateBot } from "../core/create-bot.ts";
import { botSchema } from "./bot-schema.ts";
import { readEnv } from "./env.ts";

const env = readEnv();
const log = makeJsonLog();
const client = makeDocumentClient();
const { apps, verifyCall } = makeSignedCallers({ env, client, clock, log });
const bots = makeBotsTable({ client, tableName: env.BOTS_TABLE, apps, clock });
const createBot = makeCreateBot({ bots, clock, cap: env.BOTS_PER_APP });
const schema = botSchema({ allowPrivate: env.ALLOW_PRIVATE_CALLBACKS });

export const handler = makeSignedApi(
  { verifyCall, log },
  {
    "/v3/bot/create.json": async ({ appKey }, { body }) => {
      await createBot(appKey, parseJsonBody(schema, body));
      return {};
    },
  },
);
