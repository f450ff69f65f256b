import { SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import { clientDefaults } from "#adapters/aws/client-defaults.ts";
import { commaSeparated, nonEmptyString } from "#adapters/node/environment.ts";
import type { Clock } from "#core/shared/clock.ts";
import { BridgeError } from "#core/shared/errors.ts";
import type { Log } from "#core/shared/log.ts";
import { makeAppSecrets, type ReadableAppSecrets } from "./app-secrets.ts";

/** Environment variables of every function that reads the apps' secrets. */
export const appSecretsEnv = {
  SECRET_ID: nonEmptyString,
  /** App Keys that the secret must contain, separated by commas. Empty: any. */
  APPS: commaSeparated,
};

export interface AppSecretsParts {
  readonly env: { readonly SECRET_ID: string; readonly APPS: readonly string[] };
  readonly clock: Clock;
  readonly log: Log;
  readonly client?: SecretsManagerClient;
}

/** Errors that a retry cannot fix: no such secret, no value, pending deletion or no permission. */
const permanentErrors: ReadonlySet<string> = new Set([
  "ResourceNotFoundException",
  "InvalidRequestException",
  "AccessDeniedException",
  "DecryptionFailure",
]);

/** The error that stops the function's start; undefined if a later read may succeed. */
const startError = (secretId: string, error: unknown): BridgeError | undefined => {
  if (error instanceof BridgeError) return error;
  if (!(error instanceof Error) || !permanentErrors.has(error.name)) return undefined;
  return new BridgeError("internal", `the secret ${secretId} cannot be read: ${error.name}`, {
    cause: error,
  });
};

/**
 * Opens the apps' secrets and reads them before the function's first call. If Secrets Manager does not respond in time, the first
 * call reads them.
 * @throws BridgeError `internal` naming the secret that is missing or invalid, or the apps that it does not contain.
 */
export const openAppSecrets = async ({
  env: { SECRET_ID: secretId, APPS: expected },
  clock,
  log,
  client = new SecretsManagerClient(clientDefaults),
}: AppSecretsParts): Promise<ReadableAppSecrets> => {
  const apps = makeAppSecrets({ client, secretId, clock, log });
  try {
    await apps.read();
  } catch (error) {
    const final = startError(secretId, error);
    if (final) throw final;
    log.warn("secret_read_failed", { reason: String(error) });
    return apps;
  }
  const missing = expected.filter((appKey) => apps.lastKnown(appKey) === undefined);
  if (missing.length === 0) return apps;
  throw new BridgeError("internal", `the secret ${secretId} does not contain the apps ${missing.join(", ")}`);
};
