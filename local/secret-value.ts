import { createHash } from "node:crypto";

/** Derives a key from the App Key alone, not its secret, so that data in a DATA_DIR stays readable. */
const keyFor = (appKey: string, purpose: string): string =>
  createHash("sha256").update(`${purpose} ${appKey}`).digest("base64");

/** The deployment's secret with one local app, in the format that `adapters/secrets` reads. */
export const localSecretValue = (appKey: string, appSecret: string): string =>
  JSON.stringify({
    apps: {
      [appKey]: {
        secrets: [appSecret],
        dataKeys: [{ id: "local", key: keyFor(appKey, "data") }],
        tokenKeys: [{ id: "local", key: keyFor(appKey, "token") }],
      },
    },
  });
