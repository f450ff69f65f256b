import { join } from "node:path";
import { SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import * as v from "valibot";
import { clientDefaults } from "#adapters/aws/client-defaults.ts";
import { makeHttpClient } from "#adapters/http/http-client.ts";
import { makeStreamedHandler } from "#adapters/lambda-stream/streamed-handler.ts";
import {
  commaSeparated,
  flag,
  nonEmptyString,
  parseEnvironment,
  positiveInteger,
} from "#adapters/node/environment.ts";
import { makeJsonLog } from "#adapters/node/json-log.ts";
import { systemClock as clock } from "#adapters/node/system-clock.ts";
import { makeOidcProvider, signInAttempt } from "#adapters/oidc/oidc-provider.ts";
import { makeSealedClaims } from "#adapters/oidc/sealed-claims.ts";
import { makeConsoleSecret } from "#adapters/secrets/console-secret.ts";
import { appSecretsEnv, openAppSecrets } from "#adapters/secrets/open-app-secrets.ts";
import { makeCallBridge } from "./call-bridge.ts";
import { makeConsole } from "./console.ts";
import { makeGatewayConsole } from "./gateway.ts";
import { attemptSeconds, makeOidcSignIn, sessionClaims } from "./oidc-sign-in.ts";
import { readPageFiles } from "./page-files.ts";

const env = parseEnvironment(
  v.object({
    ...appSecretsEnv,
    /** Base URLs of the API. */
    API_URLS: commaSeparated,
    OIDC_ISSUER: nonEmptyString,
    OIDC_CLIENT_ID: nonEmptyString,
    OIDC_SCOPES: commaSeparated,
    OIDC_GROUPS_CLAIM: nonEmptyString,
    ALLOWED_EMAILS: commaSeparated,
    ALLOWED_GROUPS: commaSeparated,
    SESSION_HOURS: positiveInteger,
    /** Also for a provider with an http address. */
    ALLOW_PRIVATE_CALLBACKS: flag,
  }),
);
const log = makeJsonLog();
const client = new SecretsManagerClient(clientDefaults);
const apps = await openAppSecrets({ env, clock, log, client });
const secret = makeConsoleSecret({ client, secretId: env.SECRET_ID, clock, log });
const page = await readPageFiles(join(import.meta.dirname, "page"));

const sessionSeconds = env.SESSION_HOURS * 60 * 60;
const sealing = {
  keys: secret.sessionKeys,
  issuer: env.OIDC_ISSUER,
  clientId: env.OIDC_CLIENT_ID,
  clock,
};
const signIn = makeOidcSignIn({
  provider: makeOidcProvider({
    issuer: env.OIDC_ISSUER,
    clientId: env.OIDC_CLIENT_ID,
    clientSecret: secret.clientSecret,
    scopes: env.OIDC_SCOPES,
    groupsClaim: env.OIDC_GROUPS_CLAIM,
    allowHttp: env.ALLOW_PRIVATE_CALLBACKS,
    clock,
  }),
  sessions: makeSealedClaims({
    ...sealing,
    purpose: "session",
    schema: sessionClaims,
    lifeMs: sessionSeconds * 1000,
  }),
  attempts: makeSealedClaims({
    ...sealing,
    purpose: "sign-in",
    schema: signInAttempt,
    lifeMs: attemptSeconds * 1000,
  }),
  sessionSeconds,
  rules: { allowedEmails: env.ALLOWED_EMAILS, allowedGroups: env.ALLOWED_GROUPS },
  log,
});

export const handler = makeStreamedHandler(
  log,
  makeGatewayConsole(
    makeConsole({
      page: async () => page,
      apps,
      callBridge: makeCallBridge({ sendHttp: makeHttpClient({ publicOnly: false, clock }), clock }),
      signIn,
      local: undefined,
      clock,
      log,
    }),
    env.API_URLS,
  ),
  [],
);
