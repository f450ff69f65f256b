import { randomUUID } from "node:crypto";
import * as v from "valibot";
import { makeSignedApi } from "#adapters/api-gateway/signed-api.ts";
import { makeBotsTable } from "#adapters/dynamodb/bots-table.ts";
import { makeDocumentClient } from "#adapters/dynamodb/document-client.ts";
import { makeHttpClient } from "#adapters/http/http-client.ts";
import { makeModels } from "#adapters/models/make-models.ts";
import { flag, nonEmptyString, parseEnvironment } from "#adapters/node/environment.ts";
import { makeJsonLog } from "#adapters/node/json-log.ts";
import { systemClock as clock } from "#adapters/node/system-clock.ts";
import { openCallVerifier, verifierEnv } from "#adapters/rongcloud/open-verifiers.ts";
import { makeCallWebhook } from "#adapters/webhook/call-webhook.ts";
import { makePingWebhook } from "#adapters/webhook/ping-webhook.ts";
import { makeTestIntegration } from "#core/jobs/test-integration.ts";
import { makeIntegrationTestRoutes } from "./routes.ts";

const env = parseEnvironment(
  v.object({ BOTS_TABLE: nonEmptyString, ...verifierEnv, ALLOW_PRIVATE_CALLBACKS: flag }),
);
const log = makeJsonLog();
const client = makeDocumentClient();
const { apps, verifyCall } = await openCallVerifier({ env, client, clock, log });
const allowPrivate = env.ALLOW_PRIVATE_CALLBACKS;
const sendHttp = makeHttpClient({ publicOnly: !allowPrivate, clock });

export const handler = makeSignedApi(
  { verifyCall, log },
  makeIntegrationTestRoutes({
    allowPrivate,
    testIntegration: makeTestIntegration({
      bots: makeBotsTable({ client, tableName: env.BOTS_TABLE, apps, clock }),
      models: makeModels({ clock, allowPrivate }),
      pingWebhook: makePingWebhook({
        callWebhook: makeCallWebhook({ sendHttp, apps, clock }),
        clock,
        newId: randomUUID,
      }),
      clock,
    }),
  }),
);
