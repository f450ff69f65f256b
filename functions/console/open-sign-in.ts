import * as v from "valibot";
import { commaSeparated, flag, nonEmptyString, positiveInteger } from "#adapters/node/environment.ts";
import { makeOidcProvider, signInAttempt } from "#adapters/oidc/oidc-provider.ts";
import { makeSealedClaims } from "#adapters/oidc/sealed-claims.ts";
import type { ConsoleSecret } from "#adapters/secrets/console-secret.ts";
import type { Clock } from "#core/shared/clock.ts";
import type { Log } from "#core/shared/log.ts";
import { attemptSeconds, makeOidcSignIn, sessionClaims } from "./oidc-sign-in.ts";
import type { SignIn } from "./sign-in.ts";

/** The sign-in's part of the function's environment. */
export const signInEnv = {
  OIDC_ISSUER: nonEmptyString,
  OIDC_CLIENT_ID: nonEmptyString,
  OIDC_SCOPES: commaSeparated,
  OIDC_GROUPS_CLAIM: nonEmptyString,
  ALLOWED_EMAILS: commaSeparated,
  ALLOWED_GROUPS: commaSeparated,
  SESSION_HOURS: positiveInteger,
  /** Also for a provider with an http address. */
  ALLOW_PRIVATE_CALLBACKS: flag,
};
const signInSettings = v.object(signInEnv);

interface SignInParts {
  readonly env: v.InferOutput<typeof signInSettings>;
  readonly secret: ConsoleSecret;
  readonly clock: Clock;
  readonly log: Log;
}

/** The sign-in of a deployment, by its settings. */
export const openSignIn = ({ env, secret, clock, log }: SignInParts): SignIn => {
  const sessionSeconds = env.SESSION_HOURS * 60 * 60;
  const sealing = {
    keys: secret.sessionKeys,
    issuer: env.OIDC_ISSUER,
    clientId: env.OIDC_CLIENT_ID,
    clock,
  };
  return makeOidcSignIn({
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
};
