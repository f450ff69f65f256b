import * as v from "valibot";
import { makeSignedApi } from "#adapters/api-gateway/signed-api.ts";
import { makeDocumentClient } from "#adapters/dynamodb/document-client.ts";
import { makeTokenRevocations } from "#adapters/dynamodb/token-revocations.ts";
import { makeHttpClient } from "#adapters/http/http-client.ts";
import { flag, parseEnvironment, positiveInteger } from "#adapters/node/environment.ts";
import { makeJsonLog } from "#adapters/node/json-log.ts";
import { systemClock as clock } from "#adapters/node/system-clock.ts";
import { makeForwardCall } from "#adapters/rongcloud/forward-call.ts";
import { openCallVerifier, verifierEnv } from "#adapters/rongcloud/open-verifiers.ts";
import { rongcloudEnv } from "#adapters/rongcloud/send-to-rongcloud.ts";
import { makeSignUserToken } from "#adapters/secrets/sign-user-token.ts";
import { maxTokenHours } from "#core/chat/chat-user.ts";
import { makeTokenRoutes } from "./routes.ts";

const env = parseEnvironment(
  v.object({
    ...verifierEnv,
    ...rongcloudEnv,
    PASS_THROUGH: flag,
    USER_TOKEN_HOURS: v.pipe(positiveInteger, v.maxValue(maxTokenHours)),
  }),
);
const log = makeJsonLog();
const client = makeDocumentClient();
const { apps, verifyCall } = await openCallVerifier({ env, client, clock, log });
const sendHttp = makeHttpClient({ publicOnly: false, clock });

export const handler = makeSignedApi(
  { verifyCall, log },
  makeTokenRoutes({
    signUserToken: makeSignUserToken({ clock, lifeMs: env.USER_TOKEN_HOURS * 60 * 60 * 1000 }),
    revocations: makeTokenRevocations({ client, tableName: env.GUARDS_TABLE, clock }),
    clock,
    forwardCall: env.PASS_THROUGH
      ? makeForwardCall({ sendHttp, apps, clock, apiUrls: env.RONGCLOUD_API_URL })
      : undefined,
  }),
);
