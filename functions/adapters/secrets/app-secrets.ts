import * as v from "valibot";
import type { App, AppDirectory } from "#core/bot/app.ts";
import { limitsSchema } from "#core/bot/limits.ts";
import { BridgeError } from "#core/shared/errors.ts";
import { makeCachedSecret, type SecretPorts } from "./cached-secret.ts";

const base64Key = v.pipe(
  v.string(),
  v.base64(),
  v.transform((value) => Buffer.from(value, "base64")),
  v.check((key) => key.length === 32),
);
export const namedKey = v.object({ id: v.pipe(v.string(), v.regex(/^[\w-]{1,32}$/)), key: base64Key });

/**
 * How often the signature of a call may be used: once, or again and again, for SDKs that sign once for all calls of a process
 * (docs/adr/0032-reusable-signatures.md).
 */
export const signatureUses = ["once", "reusable"] as const;
export type SignatureUse = (typeof signatureUses)[number];

/** Whose token is in `token` of getToken where RongCloud is behind the bridge; the other one is in a field of its own. */
const tokenOwners = ["im", "bridge"] as const;

export const atLeastOne = <T extends v.GenericSchema>(item: T) => v.tupleWithRest([item], item);

/**
 * The secret of a deployment, as JSON: `{"apps":{"<App Key>":{"secrets":[…],"dataKeys":[{"id","key"}],"tokenKeys":[…],"signatures","token","limits","storyText"}}}`.
 * The first element of each array is used for signing and encryption; all are accepted, so that they can be rotated.
 */
export const secretValue = v.pipe(
  v.string(),
  v.parseJson(),
  v.object({
    apps: v.record(
      v.string(),
      v.object({
        secrets: atLeastOne(v.pipe(v.string(), v.nonEmpty())),
        dataKeys: atLeastOne(namedKey),
        tokenKeys: atLeastOne(namedKey),
        signatures: v.optional(v.picklist(signatureUses), "once"),
        token: v.optional(v.picklist(tokenOwners), "im"),
        limits: v.exactOptional(limitsSchema),
        storyText: v.exactOptional(v.boolean()),
      }),
    ),
  }),
);

/** A key of 32 bytes. Its id is stored with the data that it encrypts or signs. */
export type NamedKey = v.InferOutput<typeof namedKey>;

export interface AppWithKeys extends App {
  /** Encrypt API keys, stored answers and the memories of models. */
  readonly dataKeys: readonly [NamedKey, ...NamedKey[]];
  /** Sign user tokens. */
  readonly tokenKeys: readonly [NamedKey, ...NamedKey[]];
  readonly signatures: SignatureUse;
  readonly token: (typeof tokenOwners)[number];
  /** Whether questions and answers are kept, encrypted, with the stories of turns. */
  readonly storyText?: boolean;
}

export interface AppSecrets extends AppDirectory {
  find(appKey: string): Promise<AppWithKeys | undefined>;
  lastKnown(appKey: string): AppWithKeys | undefined;
  /** Reads the secret again first, for data that was encrypted with a newer key than those read last. */
  findFresh(appKey: string): Promise<AppWithKeys | undefined>;
}

/** @throws BridgeError `unknown_app` if the app is no longer in the secret. */
export const requireApp = async <A extends App>(find: Promise<A | undefined>): Promise<A> => {
  const app = await find;
  if (!app) throw new BridgeError("unknown_app", "the app is no longer in the secret");
  return app;
};

/** Whether the app keeps the texts of its turns (`storyText`), as the secret was last read. */
export const makeKeepsText =
  (apps: Pick<AppSecrets, "lastKnown">) =>
  (appKey: string): boolean =>
    apps.lastKnown(appKey)?.storyText === true;

export interface ReadableAppSecrets extends AppSecrets {
  /** The App Keys in the secret. */
  appKeys(): Promise<readonly string[]>;
  /** Reads the secret, so that `lastKnown` has the apps. @throws the errors of `find`. */
  read(): Promise<void>;
}

/** The apps with their App Keys. */
const apps = v.pipe(
  secretValue,
  v.transform(
    (value): ReadonlyMap<string, AppWithKeys> =>
      new Map(Object.entries(value.apps).map(([appKey, keys]) => [appKey, { appKey, ...keys }])),
  ),
);

/** Reads and caches the apps' secrets. Its methods throw BridgeError `internal` if the secret's value is invalid. */
export const makeAppSecrets = (ports: SecretPorts): ReadableAppSecrets => {
  const secret = makeCachedSecret(apps, ports);
  return {
    read: async () => {
      await secret.current();
    },
    appKeys: async () => [...(await secret.current()).keys()],
    find: async (appKey) => (await secret.current()).get(appKey),
    findFresh: async (appKey) => (await secret.fresh()).get(appKey),
    lastKnown: (appKey) => secret.last()?.get(appKey),
  };
};
