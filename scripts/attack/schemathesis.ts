import { fileURLToPath } from "node:url";
import * as v from "valibot";
import { signCall } from "#adapters/rongcloud/sign-call.ts";
import { startLocalBridge } from "../../local/bridge.ts";
import { readSettings } from "../../local/settings.ts";
import { installPythonProgram } from "../command/python-program.ts";
import { succeeds } from "../command/succeeds.ts";

const version = "4.32.5";
const folder = fileURLToPath(new URL(".", import.meta.url));

/** In seconds, for all operations together. */
const maxTime = 240;

const tokenReply = v.object({ token: v.string() });

/**
 * Calls every operation of a local run's /openapi.json with thousands of generated inputs, each signed. Returns whether all
 * replies were as documented and none was a 5xx, or undefined if Schemathesis cannot be installed.
 */
export const fuzzLocalRun = async (): Promise<boolean | undefined> => {
  const program = await installPythonProgram("schemathesis", version);
  if (program === undefined) return undefined;
  const settings = { ...readSettings({}), port: 0, consolePort: 0 };
  const bridge = await startLocalBridge(settings, { write: () => {}, writeLog: () => {}, isShared: false });
  try {
    const { appKey, appSecret: secret } = settings;
    const response = await fetch(`${bridge.url}/user/getToken.json`, {
      method: "POST",
      headers: { ...signCall({ appKey, secret }, Date.now()) },
      body: new URLSearchParams({ userId: "fuzz" }),
    });
    const { token } = v.parse(tokenReply, await response.json());
    const target = [`${bridge.url}/openapi.json`, "--url", bridge.url];
    const amount = [
      "--phases",
      "examples,coverage,fuzzing",
      "--continue-on-failure",
      "--max-time",
      String(maxTime),
    ];
    return await succeeds(program, ["run", ...target, ...amount], {
      cwd: folder,
      env: { ...process.env, APP_KEY: appKey, APP_SECRET: secret, USER_TOKEN: token },
    });
  } finally {
    await bridge.close();
  }
};
