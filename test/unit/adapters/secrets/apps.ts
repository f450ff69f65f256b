import type { AppSecrets, AppWithKeys, NamedKey } from "#adapters/secrets/app-secrets.ts";

/** A key of 32 equal bytes: two with different fills are different keys. */
export const namedKey = (id: string, fill: number): NamedKey => ({ id, key: Buffer.alloc(32, fill) });

export const app = (given: Partial<AppWithKeys> = {}): AppWithKeys => ({
  appKey: "app-one",
  secrets: ["secret-of-app-one"],
  dataKeys: [namedKey("d1", 1)],
  tokenKeys: [namedKey("t1", 2)],
  signatures: "once",
  token: "im",
  ...given,
});

/** As a process that has not read the secret since its app was given `now`; counts how often it reads the secret again. */
export const appsBehind = (before: AppWithKeys, now: AppWithKeys) => {
  const reads = { count: 0 };
  let known = appsOf(before);
  const apps: AppSecrets = {
    find: (appKey) => known.find(appKey),
    lastKnown: (appKey) => known.lastKnown(appKey),
    findFresh: async (appKey) => {
      reads.count += 1;
      known = appsOf(now);
      return known.find(appKey);
    },
  };
  return { apps, reads };
};

/** The apps in the form of a deployment's secret. */
export const appsOf = (...apps: readonly AppWithKeys[]): AppSecrets => ({
  find: async (appKey) => apps.find((each) => each.appKey === appKey),
  findFresh: async (appKey) => apps.find((each) => each.appKey === appKey),
  lastKnown: (appKey) => apps.find((each) => each.appKey === appKey),
});
