import { createHash } from "node:crypto";
import type { AppWithKeys, NamedKey, SignatureUse } from "#adapters/secrets/app-secrets.ts";

/** Derives a key from the App Key alone, not its secret, so that data in a DATA_DIR stays readable. */
const keyFor = (appKey: string, purpose: string): NamedKey => ({
  id: "local",
  key: createHash("sha256").update(`${purpose} ${appKey}`).digest(),
});

/** An app of a local run, and its keys. */
export const localApp = (
  appKey: string,
  appSecret: string,
  signatures: SignatureUse = "once",
): AppWithKeys => ({
  appKey,
  signatures,
  token: "im",
  secrets: [appSecret],
  dataKeys: [keyFor(appKey, "data")],
  tokenKeys: [keyFor(appKey, "token")],
});

const encoded = (keys: readonly NamedKey[]) =>
  keys.map(({ id, key }) => ({ id, key: key.toString("base64") }));

/** The deployment's secret with one local app, in the format that `adapters/secrets` reads. */
export const localSecretValue = (appKey: string, appSecret: string, signatures: SignatureUse): string => {
  const { secrets, dataKeys, tokenKeys } = localApp(appKey, appSecret);
  const app = { secrets, dataKeys: encoded(dataKeys), tokenKeys: encoded(tokenKeys), signatures };
  return JSON.stringify({ apps: { [appKey]: app } });
};
