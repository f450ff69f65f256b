import * as v from "valibot";
import { BridgeError } from "#core/shared/errors.ts";
import { atLeastOne, type NamedKey, namedKey } from "./app-secrets.ts";
import { makeCachedSecret, type SecretPorts } from "./cached-secret.ts";

/**
 * The console's part of a deployment's secret: `{"console":{"sessionKeys":[{"id","key"}],"clientSecret"}}`. Other functions do not read
 * it, so that a mistake in it stops the console only.
 */
export const consoleSecretValue = v.pipe(
  v.string(),
  v.parseJson(),
  v.object({
    console: v.exactOptional(
      v.object({
        sessionKeys: atLeastOne(namedKey),
        clientSecret: v.exactOptional(v.pipe(v.string(), v.nonEmpty())),
      }),
    ),
  }),
);

export interface ConsoleSecret {
  /** Encrypt sessions: the first one new ones, all of them are accepted. */
  sessionKeys(): Promise<readonly [NamedKey, ...NamedKey[]]>;
  /** The console's secret at the sign-in provider; undefined if it has none there. */
  clientSecret(): Promise<string | undefined>;
}

/** Its methods throw BridgeError `internal` if the secret has no valid part for the console. */
export const makeConsoleSecret = (ports: SecretPorts): ConsoleSecret => {
  const secret = makeCachedSecret(consoleSecretValue, ports);
  const current = async () => {
    const { console: part } = await secret.current();
    if (!part) throw new BridgeError("internal", `the secret ${ports.secretId} has no console.sessionKeys`);
    return part;
  };
  return {
    sessionKeys: async () => (await current()).sessionKeys,
    clientSecret: async () => (await current()).clientSecret,
  };
};
