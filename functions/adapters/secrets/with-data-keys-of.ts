import { type AppSecrets, type AppWithKeys, requireApp } from "./app-secrets.ts";
import { keyIdOf } from "./key-cipher.ts";

/**
 * The app with the data keys of these encrypted texts, if the secret has them. Another process may encrypt with a key that
 * was added to the secret within the last minute: if one is missing, the secret is read again.
 */
export const withDataKeysOf = async (
  apps: Pick<AppSecrets, "findFresh">,
  app: AppWithKeys,
  sealed: readonly string[],
): Promise<AppWithKeys> => {
  const ids = new Set(app.dataKeys.map(({ id }) => id));
  const hasAll = sealed.every((text) => ids.has(keyIdOf(text)));
  return hasAll ? app : requireApp(apps.findFresh(app.appKey));
};
