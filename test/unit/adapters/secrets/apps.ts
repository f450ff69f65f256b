import type { AppSecrets, AppWithKeys, NamedKey } from "#adapters/secrets/app-secrets.ts";

/** A key of 32 bytes, all of them the same: two of different fill are different keys. */
export const namedKey = (id: string, fill: number): NamedKey => ({ id, key: Buffer.alloc(32, fill) });

export const app = (given: Partial<AppWithKeys> = {}): AppWithKeys => ({
  appKey: "app-one",
  secrets: ["secret-of-app-one"],
  dataKeys: [namedKey("d1", 1)],
  tokenKeys: [namedKey("t1", 2)],
  ...given,
});

/** The apps as a deployment's secret would give them. */
export const appsOf = (...apps: readonly AppWithKeys[]): AppSecrets => ({
  find: async (appKey) => apps.find((each) => each.appKey === appKey),
  findFresh: async (appKey) => apps.find((each) => each.appKey === appKey),
  lastKnown: (appKey) => apps.find((each) => each.appKey === appKey),
});
