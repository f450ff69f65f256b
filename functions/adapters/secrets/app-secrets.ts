import { GetSecretValueCommand, type SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import * as v from "valibot";
import type { App, AppDirectory } from "../../core/app.ts";
import type { Clock } from "../../core/clock.ts";

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
  /** Seal Dify's API keys in the bots table. */
  readonly dataKeys: readonly [NamedKey, ...NamedKey[]];
  /** Sign the tokens of clients. */
  readonly tokenKeys: readonly [NamedKey, ...NamedKey[]];
}

export interface AppSecrets extends AppDirectory {
  find(appKey: string): Promise<AppWithKeys | undefined>;
}

export interface AppSecretsPorts {
  readonly client: SecretsManagerClient;
  readonly secretId: string;
  readonly clock: Clock;
}

/** A rotated secret is seen after this long at the latest. */
const cacheMs = 60_000;
/** While Secrets Manager does not answer, what was read last serves, and is asked for again after this long. */
const retryMs = 5_000;

type Apps = ReadonlyMap<string, AppWithKeys>;

/** Reads the apps' secrets, and keeps them for a minute. @throws when the secret is missing or not of its form. */
export const makeAppSecrets = ({ client, secretId, clock }: AppSecretsPorts): AppSecrets => {
  let known: { readonly apps: Apps; readonly until: number } | undefined;
  let reading: Promise<Apps> | undefined;

  const read = async (): Promise<Apps> => {
    const { SecretString } = await client.send(new GetSecretValueCommand({ SecretId: secretId }));
    const parsed = v.safeParse(secretValue, SecretString);
    // Not the issues themselves: they quote what they found.
    if (!parsed.success) throw new Error(`the secret ${secretId} is not of its form`);
    return new Map(Object.entries(parsed.output.apps).map(([appKey, keys]) => [appKey, { appKey, ...keys }]));
  };

  const refresh = async (): Promise<Apps> => {
    try {
      const apps = await read();
      known = { apps, until: clock.now() + cacheMs };
      return apps;
    } catch (error) {
      if (!known) throw error;
      known = { ...known, until: clock.now() + retryMs };
      return known.apps;
    } finally {
      reading = undefined;
    }
  };

  return {
    find: async (appKey) => {
      if (known && known.until > clock.now()) return known.apps.get(appKey);
      reading ??= refresh();
      return (await reading).get(appKey);
    },
  };
};
