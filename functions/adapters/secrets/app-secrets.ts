import { GetSecretValueCommand, type SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import * as v from "valibot";
import type { App, AppDirectory } from "#core/bot/app.ts";
import type { Clock } from "#core/shared/clock.ts";
import { BridgeError } from "#core/shared/errors.ts";
import type { Log } from "#core/shared/log.ts";

const base64Key = v.pipe(
  v.string(),
  v.base64(),
  v.transform((value) => Buffer.from(value, "base64")),
  v.check((key) => key.length === 32),
);
const namedKey = v.object({ id: v.pipe(v.string(), v.regex(/^[\w-]{1,32}$/)), key: base64Key });

const atLeastOne = <T extends v.GenericSchema>(item: T) => v.tupleWithRest([item], item);

/**
 * The one secret of a deployment, as JSON: `{"apps":{"<App Key>":{"secrets":[…],"dataKeys":[{"id","key"}],
 * "tokenKeys":[…]}}}`. Of each list the first is used, and all are accepted, so that one can be rotated.
 */
const secretValue = v.pipe(
  v.string(),
  v.parseJson(),
  v.object({
    apps: v.record(
      v.string(),
      v.object({
        secrets: atLeastOne(v.pipe(v.string(), v.nonEmpty())),
        dataKeys: atLeastOne(namedKey),
        tokenKeys: atLeastOne(namedKey),
      }),
    ),
  }),
);

/** A key of 32 bytes and the name by which what it sealed or signed is told. */
export type NamedKey = v.InferOutput<typeof namedKey>;

export interface AppWithKeys extends App {
  /** Seal API keys, kept answers and what models remember. */
  readonly dataKeys: readonly [NamedKey, ...NamedKey[]];
  /** Sign the tokens of clients. */
  readonly tokenKeys: readonly [NamedKey, ...NamedKey[]];
}

export interface AppSecrets extends AppDirectory {
  find(appKey: string): Promise<AppWithKeys | undefined>;
  lastKnown(appKey: string): AppWithKeys | undefined;
  /** Reads the secret again first: for what was sealed with a key that was not there when it was read last. */
  findAgain(appKey: string): Promise<AppWithKeys | undefined>;
}

/** @throws BridgeError `unknown_app` where the app is no longer in the secret. */
export const requireApp = async (find: Promise<AppWithKeys | undefined>): Promise<AppWithKeys> => {
  const app = await find;
  if (!app) throw new BridgeError("unknown_app", "the app is gone from the secret");
  return app;
};

export interface OpenAppSecrets extends AppSecrets {
  /** Has them at hand, for `lastKnown`. @throws what `find` would. */
  read(): Promise<void>;
}

export interface AppSecretsPorts {
  readonly client: SecretsManagerClient;
  readonly secretId: string;
  readonly clock: Clock;
  readonly log: Log;
}

/** A rotated secret is seen after this long at the latest. */
const freshMs = 60_000;
/** While Secrets Manager does not answer, what was read last serves for this long. */
const staleMs = 30 * 60_000;

type Apps = ReadonlyMap<string, AppWithKeys>;

/** Reads the apps' secrets, and keeps them. @throws BridgeError when the secret is missing or not of its form. */
export const makeAppSecrets = ({ client, secretId, clock, log }: AppSecretsPorts): OpenAppSecrets => {
  let known: { readonly apps: Apps; readonly readAt: number } | undefined;
  let reading: Promise<Apps> | undefined;

  const read = async (): Promise<Apps> => {
    const { SecretString } = await client.send(new GetSecretValueCommand({ SecretId: secretId }));
    const parsed = v.safeParse(secretValue, SecretString);
    // Not the issues themselves: they quote what they found.
    if (!parsed.success) throw new BridgeError("internal", `the secret ${secretId} is not of its form`);
    return new Map(Object.entries(parsed.output.apps).map(([appKey, keys]) => [appKey, { appKey, ...keys }]));
  };

  const refresh = (): Promise<Apps> => {
    reading ??= read()
      .then((apps) => {
        known = { apps, readAt: clock.now() };
        return apps;
      })
      .finally(() => {
        reading = undefined;
      });
    return reading;
  };

  const current = async (): Promise<Apps> => {
    const last = known;
    const age = last ? clock.now() - last.readAt : Number.POSITIVE_INFINITY;
    if (last && age < freshMs) return last.apps;
    return refresh().catch((error: unknown) => {
      if (!last || age >= staleMs) throw error;
      log.warn("secret_not_read", { reason: String(error) });
      return last.apps;
    });
  };

  return {
    read: async () => {
      await current();
    },
    find: async (appKey) => (await current()).get(appKey),
    findAgain: async (appKey) => (await refresh()).get(appKey),
    lastKnown: (appKey) => known?.apps.get(appKey),
  };
};
