import type { DynamoDBDocumentClient } from "@aws-sdk/lib-dynamodb";
import { makeReplayGuard } from "#adapters/dynamodb/replay-guard.ts";
import { nonEmptyString, positiveInteger } from "#adapters/node/environment.ts";
import type { AppSecrets } from "#adapters/secrets/app-secrets.ts";
import { type AppSecretsParts, appSecretsEnv, openAppSecrets } from "#adapters/secrets/open-app-secrets.ts";
import type { Clock } from "#core/shared/clock.ts";
import type { Log } from "#core/shared/log.ts";
import { makeVerifyCall, type VerifyCall } from "./verify-call.ts";
import { makeVerifyCallback, type VerifyCallback } from "./verify-callback.ts";

/** Environment variables of every function that accepts signed calls or callbacks. */
export const verifierEnv = {
  ...appSecretsEnv,
  SIGNATURE_WINDOW_SECONDS: positiveInteger,
  GUARDS_TABLE: nonEmptyString,
};

export interface VerifierParts {
  readonly env: AppSecretsParts["env"] & {
    readonly SIGNATURE_WINDOW_SECONDS: number;
    readonly GUARDS_TABLE: string;
  };
  readonly client: DynamoDBDocumentClient;
  readonly clock: Clock;
  readonly log: Log;
}

const openVerifierPorts = async ({ env, client, clock, log }: VerifierParts) => ({
  apps: await openAppSecrets({ env, clock, log }),
  clock,
  windowMs: env.SIGNATURE_WINDOW_SECONDS * 1000,
  replays: makeReplayGuard({ client, tableName: env.GUARDS_TABLE, clock }),
});

/** The apps' secrets, and the verification of signed calls that every function of the server API uses. */
export const openCallVerifier = async (
  parts: VerifierParts,
): Promise<{ apps: AppSecrets; verifyCall: VerifyCall }> => {
  const ports = await openVerifierPorts(parts);
  return { apps: ports.apps, verifyCall: makeVerifyCall(ports) };
};

/** The apps' secrets, and the verification of the IM's callbacks. */
export const openCallbackVerifier = async (
  parts: VerifierParts,
): Promise<{ apps: AppSecrets; verifyCallback: VerifyCallback }> => {
  const ports = await openVerifierPorts(parts);
  return { apps: ports.apps, verifyCallback: makeVerifyCallback({ ...ports, log: parts.log }) };
};
