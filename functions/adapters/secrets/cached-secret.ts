import { GetSecretValueCommand, type SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import * as v from "valibot";
import type { Clock } from "#core/shared/clock.ts";
import { BridgeError } from "#core/shared/errors.ts";
import type { Log } from "#core/shared/log.ts";

export interface SecretPorts {
  readonly client: SecretsManagerClient;
  readonly secretId: string;
  readonly clock: Clock;
  readonly log: Log;
}

/** What a function knows of its secret. `current` and `fresh` throw BridgeError `internal` if the secret's value is invalid. */
export interface CachedSecret<T> {
  /** At most a minute old. */
  current(): Promise<T>;
  /** Reads the secret again first. */
  fresh(): Promise<T>;
  /** The last value, however old. */
  last(): T | undefined;
}

/** A rotated secret takes effect within this time. */
const maxAgeMs = 60_000;
/** While Secrets Manager is unavailable, the last value is used for this long. */
const maxStaleMs = 30 * 60_000;

/** Reads and caches what a schema takes from the secret's value. */
export const makeCachedSecret = <S extends v.GenericSchema>(
  schema: S,
  { client, secretId, clock, log }: SecretPorts,
): CachedSecret<v.InferOutput<S>> => {
  type Value = v.InferOutput<S>;
  let cached: { readonly value: Value; readonly readAt: number } | undefined;
  let reading: Promise<Value> | undefined;

  const read = async (): Promise<Value> => {
    const { SecretString } = await client.send(new GetSecretValueCommand({ SecretId: secretId }));
    const parsed = v.safeParse(schema, SecretString);
    // Without the issues, as they quote the value.
    if (!parsed.success) throw new BridgeError("internal", `the secret ${secretId} has an invalid value`);
    return parsed.output;
  };

  const fresh = (): Promise<Value> => {
    reading ??= read()
      .then((value) => {
        cached = { value, readAt: clock.now() };
        return value;
      })
      .finally(() => {
        reading = undefined;
      });
    return reading;
  };

  return {
    current: async () => {
      const last = cached;
      const age = last ? clock.now() - last.readAt : Number.POSITIVE_INFINITY;
      if (last && age < maxAgeMs) return last.value;
      return fresh().catch((error: unknown) => {
        if (!last || age >= maxStaleMs) throw error;
        log.warn("secret_read_failed", { reason: String(error) });
        return last.value;
      });
    },
    fresh,
    last: () => cached?.value,
  };
};
