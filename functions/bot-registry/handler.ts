import * as v from "valibot";
import { makeSignedApi } from "#adapters/api-gateway/signed-api.ts";
import { makeBotsTable } from "#adapters/dynamodb/bots-table.ts";
import { makeConversationsTable } from "#adapters/dynamodb/conversations-table.ts";
import { makeCutoffsTable } from "#adapters/dynamodb/cutoffs-table.ts";
import { makeDocumentClient } from "#adapters/dynamodb/document-client.ts";
import { flag, nonEmptyString, parseEnvironment, positiveInteger } from "#adapters/node/environment.ts";
import { makeJsonLog } from "#adapters/node/json-log.ts";
import { systemClock as clock } from "#adapters/node/system-clock.ts";
import { openCallVerifier, verifierEnv } from "#adapters/rongcloud/open-verifiers.ts";
import { openPassThrough, passThroughEnv } from "#adapters/rongcloud/pass-through.ts";
import { makeManageChats } from "#core/turn/manage-chats.ts";
import { makeBotChatRoutes } from "./bot-chat-routes.ts";
import { makeBotRoutes } from "./routes.ts";

const env = parseEnvironment(
  v.object({
    BOTS_TABLE: nonEmptyString,
    CONVERSATIONS_TABLE: nonEmptyString,
    ...verifierEnv,
    ...passThroughEnv,
    BOTS_PER_APP: positiveInteger,
    ALLOW_PRIVATE_CALLBACKS: flag,
  }),
);
const log = makeJsonLog();
const client = makeDocumentClient();
const { apps, verifyCall } = await openCallVerifier({ env, client, clock, log });

const bots = makeBotsTable({ client, tableName: env.BOTS_TABLE, apps, clock });
const cutoffs = makeCutoffsTable({ client, tableName: env.GUARDS_TABLE, clock });
const conversations = makeConversationsTable({
  client,
  tableName: env.CONVERSATIONS_TABLE,
  apps,
  clock,
  log,
});

export const handler = makeSignedApi(
  { verifyCall, log },
  {
    ...makeBotRoutes({
      bots,
      clock,
      maxBots: env.BOTS_PER_APP,
      allowPrivate: env.ALLOW_PRIVATE_CALLBACKS,
      forwardCall: openPassThrough({ env, apps, clock }),
    }),
    ...makeBotChatRoutes(makeManageChats({ bots, cutoffs, conversations, clock })),
  },
);
