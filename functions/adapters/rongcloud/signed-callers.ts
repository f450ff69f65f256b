import type { DynamoDBDocumentClient } from "@aws-sdk/lib-dynamodb";
import { makeReplayGuard } from "#adapters/dynamodb/guards-table.ts";
import { count, text } from "#adapters/node/environment.ts";
import type { AppSecrets } from "#adapters/secrets/app-secrets.ts";
import { type AppSecretsParts, appSecretsEnv, openAppSecrets } from "#adapters/secrets/open-app-secrets.ts";
import type { Clock } from "#core/shared/clock.ts";
import type { Log } from "#core/shared/log.ts";
import { makeVerifyCall, type VerifyCall } from "./verify-call.ts";
import { makeVerifyCallback, type VerifyCallback } from "./verify-callback.ts";

/** What a function that RongCloud calls reads from its environment besides its own. */
export const callbackEnv = { ...appSecretsEnv, SIGNATURE_WINDOW_SECONDS: count };

/** What a function that takes signed calls reads from its environment besides its own. */
export const signedCallersEnv = { ...callbackEnv, GUARDS_TABLE: text };

interface SignatureParts {
  readonly env: AppSecretsParts["env"] & { readonly SIGNATURE_WINDOW_SECONDS: number };
  readonly clock: Clock;
  readonly log: Log;
}

export interface SignedCallersParts extends SignatureParts {
  readonly env: SignatureParts["env"] & { readonly GUARDS_TABLE: string };
  readonly client: DynamoDBDocumentClient;
}

const openSignaturePorts = async ({ env, clock, log }: SignatureParts) => ({
  apps: await openAppSecrets({ env, clock, log }),
  clock,
  windowMs: env.SIGNATURE_WINDOW_SECONDS * 1000,
});

/** The apps, and the check that a call is signed by one of them: the same for every function of the server API. */
export const openSignedCallers = async (
  parts: SignedCallersParts,
): Promise<{ apps: AppSecrets; verifyCall: VerifyCall }> => {
  const ports = await openSignaturePorts(parts);
  const { env, client, clock } = parts;
  const replays = makeReplayGuard({ client, tableName: env.GUARDS_TABLE, clock });
  return { apps: ports.apps, verifyCall: makeVerifyCall({ ...ports, replays }) };
};

/** The apps, and the check that a callback is signed by the IM of one of them. */
export const openCallbackCallers = async (
  parts: SignatureParts,
): Promise<{ apps: AppSecrets; verifyCallback: VerifyCallback }> => {
  const ports = await openSignaturePorts(parts);
  return { apps: ports.apps, verifyCallback: makeVerifyCallback(ports) };
};
