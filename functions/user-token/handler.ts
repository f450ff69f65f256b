import * as v from "valibot";
import { forwardRoutes } from "#adapters/api-gateway/forwarded-request.ts";
import { makeSignedApi } from "#adapters/api-gateway/signed-api.ts";
import { makeBotsTable } from "#adapters/dynamodb/bots-table.ts";
import { makeDocumentClient } from "#adapters/dynamodb/document-client.ts";
import { makeTokenRevocations } from "#adapters/dynamodb/token-revocations.ts";
import { makeUserProfilesTable } from "#adapters/dynamodb/user-profiles-table.ts";
import { makeHttpClient } from "#adapters/http/http-client.ts";
import { flag, nonEmptyString, parseEnvironment, positiveInteger } from "#adapters/node/environment.ts";
import { makeJsonLog } from "#adapters/node/json-log.ts";
import { systemClock as clock } from "#adapters/node/system-clock.ts";
import { makeForwardCall } from "#adapters/rongcloud/forward-call.ts";
import { openCallVerifier, verifierEnv } from "#adapters/rongcloud/open-verifiers.ts";
import { rongcloudEnv } from "#adapters/rongcloud/send-to-rongcloud.ts";
import { makeSignUserToken } from "#adapters/secrets/sign-user-token.ts";
import { maxTokenHours } from "#core/chat/chat-user.ts";
import { makeFindProfile, makeRefreshProfile } from "#core/chat/user-profile.ts";
import { makeProfileRoutes } from "./profile-routes.ts";
import { makeTokenRoutes } from "./routes.ts";

const env = parseEnvironment(
  v.object({
    ...verifierEnv,
    ...rongcloudEnv,
    BOTS_TABLE: nonEmptyString,
    PASS_THROUGH: flag,
    USER_TOKEN_HOURS: v.pipe(positiveInteger, v.maxValue(maxTokenHours)),
  }),
);
const log = makeJsonLog();
const client = makeDocumentClient();
const { apps, verifyCall } = await openCallVerifier({ env, client, clock, log });
const sendHttp = makeHttpClient({ publicOnly: false, clock });
const forwardCall = env.PASS_THROUGH
  ? makeForwardCall({ sendHttp, apps, clock, apiUrls: env.RONGCLOUD_API_URL })
  : undefined;
const bots = makeBotsTable({ client, tableName: env.BOTS_TABLE, apps, clock });
const profiles = makeUserProfilesTable({ client, tableName: env.GUARDS_TABLE, apps, clock });

const tokenRoutes = makeTokenRoutes({
  signUserToken: makeSignUserToken({ clock, lifeMs: env.USER_TOKEN_HOURS * 60 * 60 * 1000 }),
  revocations: makeTokenRevocations({ client, tableName: env.GUARDS_TABLE, clock }),
  profiles,
  clock,
  forwardCall,
});
const profileRoutes = makeProfileRoutes({
  findProfile: makeFindProfile({ profiles, bots }),
  refreshProfile: makeRefreshProfile({ profiles, bots }),
});

export const handler = makeSignedApi(
  { verifyCall, log },
  {
    ...tokenRoutes,
    ...(forwardCall ? forwardRoutes(Object.keys(profileRoutes), forwardCall) : profileRoutes),
  },
);
