import { SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import * as v from "valibot";
import { clientDefaults } from "#adapters/aws/client-defaults.ts";
import { text } from "#adapters/node/environment.ts";
import type { Clock } from "#core/shared/clock.ts";
import { BridgeError } from "#core/shared/errors.ts";
import type { Log } from "#core/shared/log.ts";
import { type AppSecrets, makeAppSecrets } from "./app-secrets.ts";

/** What a function that knows the apps reads from its environment besides its own. */
export const appSecretsEnv = {
  SECRET_ID: text,
  /** App Keys that the secret must hold, with commas between them; empty: whatever it holds. */
  APPS: v.pipe(
    v.string(),
    v.transform((list) => list.split(",").filter((appKey) => appKey !== "")),
  ),
};

export interface AppSecretsParts {
  readonly env: { readonly SECRET_ID: string; readonly APPS: readonly string[] };
  readonly clock: Clock;
  readonly log: Log;
  readonly client?: SecretsManagerClient;
}

/** No later try mends these: there is no such secret, or it has no value, is being deleted, or is not for us. */
const lasting: ReadonlySet<string> = new Set([
  "ResourceNotFoundException",
  "InvalidRequestException",
  "AccessDeniedException",
  "DecryptionFailure",
]);

/** The error that a function's start ends with; undefined where the next read may well succeed. */
const startError = (secretId: string, error: unknown): BridgeError | undefined => {
  if (error instanceof BridgeError) return error;
  if (!(error instanceof Error) || !lasting.has(error.name)) return undefined;
  return new BridgeError("internal", `the secret ${secretId} cannot be read: ${error.name}`, {
    cause: error,
  });
};

/**
 * The apps' secrets, read once before the function takes its first call.
 * @throws BridgeError with the name of the secret that is missing or not of its form, or of the apps that it lacks. One
 * that is not answered in time is read again by the first call.
 */
export const openAppSecrets = async ({
  env: { SECRET_ID: secretId, APPS: expected },
  clock,
  log,
  client = new SecretsManagerClient(clientDefaults),
}: AppSecretsParts): Promise<AppSecrets> => {
  const apps = makeAppSecrets({ client, secretId, clock, log });
  try {
    await apps.read();
  } catch (error) {
    const final = startError(secretId, error);
    if (final) throw final;
    log.warn("secret_not_read", { reason: String(error) });
    return apps;
  }
  const missing = expected.filter((appKey) => apps.lastKnown(appKey) === undefined);
  if (missing.length === 0) return apps;
  throw new BridgeError("internal", `the secret ${secretId} lacks the apps ${missing.join(", ")}`);
};
