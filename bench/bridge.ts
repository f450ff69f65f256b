import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import * as v from "valibot";
import { signCall } from "#adapters/rongcloud/sign-call.ts";
import { readSettings } from "../local/settings.ts";

/** A local run in processes of its own, with which benchmarks talk as clients and IMs do. */
export interface BenchBridge {
  readonly url: string;
  readonly process: ChildProcess;
  readonly callBack: (fromUserId: string, toUserId: string, msgUID: string) => Promise<Response>;
  readonly userToken: (userId: string) => Promise<string>;
  readonly close: () => Promise<void>;
}

const { appKey, appSecret: secret } = readSettings({});
const messageOf = (fromUserId: string, toUserId: string, text: string) => ({
  fromUserId,
  toUserId,
  objectName: "RC:TxtMsg",
  content: JSON.stringify({ content: text }),
});
const main = fileURLToPath(new URL("./bridge-process.ts", import.meta.url));

/** A message of a user as RongCloud delivers it: a signed callback. */
export const callBack = (
  url: string,
  message: { readonly from: string; readonly to: string; readonly msgUID: string; readonly text: string },
): Promise<Response> => {
  const { "App-Key": key, Nonce, Timestamp, Signature } = signCall({ appKey, secret }, Date.now());
  const query = { appKey: key, nonce: Nonce, signTimestamp: Timestamp, signature: Signature };
  const { from, to, msgUID, text } = message;
  return fetch(`${url}/callbacks/rongcloud/messages?${new URLSearchParams(query)}`, {
    method: "POST",
    body: new URLSearchParams({
      ...messageOf(from, to, text),
      channelType: "PERSON",
      msgTimestamp: Timestamp,
      msgUID,
    }),
  });
};

const started = v.object({ url: v.string() });
const tokenReply = v.object({ token: v.string() });

/** `environment`: settings of a local run (docs/configuration.md). */
export const startBridge = async (environment: Readonly<Record<string, string>>): Promise<BenchBridge> => {
  const child = fork(main, { env: { ...process.env, PORT: "0", ...environment } });
  const [message] = await Promise.race([
    once(child, "message"),
    once(child, "exit").then(() => Promise.reject(new Error("the local run did not start"))),
  ]);
  const { url } = v.parse(started, message);

  const post = (path: string, body: URLSearchParams): Promise<Response> =>
    fetch(`${url}${path}`, {
      method: "POST",
      headers: { ...signCall({ appKey, secret }, Date.now()) },
      body,
    });
  return {
    url,
    process: child,
    callBack: (from, to, msgUID) => callBack(url, { from, to, msgUID, text: "hello" }),
    userToken: async (userId) => {
      const response = await post("/user/getToken.json", new URLSearchParams({ userId }));
      return v.parse(tokenReply, await response.json()).token;
    },
    close: async () => {
      child.disconnect();
      await once(child, "exit");
    },
  };
};
