import type { DynamoDBDocumentClient } from "@aws-sdk/lib-dynamodb";
import { makeReplayGuard } from "#adapters/dynamodb/replay-guard.ts";
import { nonEmptyString, positiveInteger } from "#adapters/node/environment.ts";
import type { AppSecrets } from "#adapters/secrets/app-secrets.ts";
import { type AppSecretsParts, appSecretsEnv, openAppSecrets } from "#adapters/secrets/open-app-secrets.ts";
import type { Clock } from "#core/shared/clock.ts";
import type { Log } from "#core/shared/log.ts";
import { makeVerifyCall, type VerifyCall } from "./verify-call.ts";
import { makeVerifyCallback, type VerifyCallback } from "./verify-callback.ts";

/** Environment variables of every function that RongCloud calls. */
export const callbackVerifierEnv = { ...appSecretsEnv, SIGNATURE_WINDOW_SECONDS: positiveInteger };

/** Environment variables of every function that accepts signed calls. */
export const callVerifierEnv = { ...callbackVerifierEnv, GUARDS_TABLE: nonEmptyString };

interface VerifierParts {
  readonly env: AppSecretsParts["env"] & { readonly SIGNATURE_WINDOW_SECONDS: number };
  readonly clock: Clock;
  readonly log: Log;
}

export interface CallVerifierParts extends VerifierParts {
  readonly env: VerifierParts["env"] & { readonly GUARDS_TABLE: string };
  readonly client: DynamoDBDocumentClient;
}

const openVerifierPorts = async ({ env, clock, log }: VerifierParts) => ({
  apps: await openAppSecrets({ env, clock, log }),
  clock,
  windowMs: env.SIGNATURE_WINDOW_SECONDS * 1000,
});

/** The apps' secrets, and the verification of signed calls that every function of the server API uses. */
export const openCallVerifier = async (
  parts: CallVerifierParts,
): Promise<{ apps: AppSecrets; verifyCall: VerifyCall }> => {
  const ports = await openVerifierPorts(parts);
  const { env, client, clock } = parts;
  const replays = makeReplayGuard({ client, tableName: env.GUARDS_TABLE, clock });
  return { apps: ports.apps, verifyCall: makeVerifyCall({ ...ports, replays }) };
};

/** The apps' secrets, and the verification of the IM's callbacks. */
export const openCallbackVerifier = async (
  parts: VerifierParts,
): Promise<{ apps: AppSecrets; verifyCallback: VerifyCallback }> => {
  const ports = await openVerifierPorts(parts);
  return { apps: ports.apps, verifyCallback: makeVerifyCallback(ports) };
};
