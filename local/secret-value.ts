import { createHash } from "node:crypto";

/** The same for the same app, whatever its secret, so that what a DATA_DIR keeps opens again. */
const keyFor = (appKey: string, purpose: string): string =>
  createHash("sha256").update(`${purpose} ${appKey}`).digest("base64");

/** The deployment's secret for one local app, in the form that `adapters/secrets` reads. */
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
