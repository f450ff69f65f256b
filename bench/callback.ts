import { performance } from "node:perf_hooks";
import { signCall } from "#adapters/rongcloud/sign-call.ts";
import { startLocalBridge } from "../local/bridge.ts";
import { readSettings } from "../local/settings.ts";
import { medianOf, runs } from "./median.ts";

/**
 * Measures the response time of callbacks, for a message to no bot and for one to a bot with an integration. Compares
 * them with a function that does nothing (`GET /health`), all through the same local gateway.
 */
const settings = { ...readSettings({}), port: 0 };
const bridge = await startLocalBridge(settings, { write: () => {}, writeLog: () => {}, isShared: false });

const timed = async (call: () => Promise<Response>): Promise<number> => {
  const start = performance.now();
  const response = await call();
  await response.text();
  if (response.status !== 200) throw new Error(`unexpected status ${response.status}`);
  return performance.now() - start;
};

const callBack = (toUserId: string) => (run: number) =>
  timed(() => {
    const {
      "App-Key": appKey,
      Nonce,
      Timestamp,
      Signature,
    } = signCall({ appKey: settings.appKey, secret: settings.appSecret }, Date.now());
    const query = new URLSearchParams({
      appKey,
      nonce: Nonce,
      signTimestamp: Timestamp,
      signature: Signature,
    });
    return fetch(`${bridge.url}/callbacks/rongcloud/messages?${query}`, {
      method: "POST",
      body: new URLSearchParams({
        fromUserId: `user-${run}`,
        toUserId,
        objectName: "RC:TxtMsg",
        content: JSON.stringify({ content: "hello" }),
        channelType: "PERSON",
        msgTimestamp: Timestamp,
        msgUID: `${toUserId}-${run}-${Timestamp}`,
      }),
    });
  });

const baseline = await medianOf(() => timed(() => fetch(`${bridge.url}/health`)));
const withoutBot = await medianOf(callBack("user-without-bot"));
const withBot = await medianOf(callBack("bot-demo"));
const line = (label: string, ms: number): string =>
  `${label} ${ms.toFixed(1)} ms (${(ms / baseline).toFixed(1)} times the baseline)`;
console.log(
  `callback response, median of ${runs} without the first 10: empty function ${baseline.toFixed(1)} ms, ` +
    `${line("message to no bot", withoutBot)}, ${line("message to a bot", withBot)}`,
);
await bridge.close();
process.exit(0);
