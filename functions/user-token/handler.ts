import * as v from "valibot";
import { forwardRoutes } from "#adapters/api-gateway/forwarded-request.ts";
import { makeSignedApi } from "#adapters/api-gateway/signed-api.ts";
import { makeBotsTable } from "#adapters/dynamodb/bots-table.ts";
import { makeDocumentClient } from "#adapters/dynamodb/document-client.ts";
import { makeTokenRevocations } from "#adapters/dynamodb/token-revocations.ts";
import { makeUserProfilesTable } from "#adapters/dynamodb/user-profiles-table.ts";
import { nonEmptyString, parseEnvironment, positiveInteger } from "#adapters/node/environment.ts";
import { makeJsonLog } from "#adapters/node/json-log.ts";
import { systemClock as clock } from "#adapters/node/system-clock.ts";
import { makeImUsers } from "#adapters/rongcloud/im-users.ts";
import { openCallVerifier, verifierEnv } from "#adapters/rongcloud/open-verifiers.ts";
import { openPassThrough, passThroughEnv } from "#adapters/rongcloud/pass-through.ts";
import { makeSignUserToken } from "#adapters/secrets/sign-user-token.ts";
import { maxTokenHours } from "#core/chat/chat-user.ts";
import { makeFindProfile, makeRefreshProfile } from "#core/chat/user-profile.ts";
import { makeExpireUserTokens, makeIssueUserToken } from "#core/chat/user-tokens.ts";
import { makeProfileRoutes } from "./profile-routes.ts";
import { makeTokenRoutes } from "./routes.ts";

const env = parseEnvironment(
  v.object({
    ...verifierEnv,
    ...passThroughEnv,
    BOTS_TABLE: nonEmptyString,
    USER_TOKEN_HOURS: v.pipe(positiveInteger, v.maxValue(maxTokenHours)),
  }),
);
const log = makeJsonLog();
const client = makeDocumentClient();
const { apps, verifyCall } = await openCallVerifier({ env, client, clock, log });
const forwardCall = openPassThrough({ env, apps, clock });
const bots = makeBotsTable({ client, tableName: env.BOTS_TABLE, apps, clock });
const profiles = makeUserProfilesTable({ client, tableName: env.GUARDS_TABLE, apps, clock });

const imUsers = forwardCall && makeImUsers(forwardCall);

const tokenRoutes = makeTokenRoutes({
  issueUserToken: makeIssueUserToken({
    signUserToken: makeSignUserToken({ clock, lifeMs: env.USER_TOKEN_HOURS * 60 * 60 * 1000 }),
    profiles,
    imUsers,
  }),
  expireUserTokens: makeExpireUserTokens({
    revocations: makeTokenRevocations({ client, tableName: env.GUARDS_TABLE, clock }),
    imUsers,
  }),
  clock,
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
