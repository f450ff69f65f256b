import { performance } from "node:perf_hooks";
import { signCall } from "#adapters/rongcloud/sign-call.ts";
import { startLocalBridge } from "../local/bridge.ts";
import { readSettings } from "../local/settings.ts";
import { medianOf, runs } from "./median.ts";

/**
 * How long RongCloud waits for the answer to a routed message, for nobody's bot and for one with an integration, against
 * the floor of a function that does nothing (`GET /health`), all through the same gateway on this machine.
 */
const settings = { ...readSettings({}), port: 0 };
const bridge = await startLocalBridge(settings, { write: () => {}, writeLog: () => {}, isShared: false });

const timed = async (call: () => Promise<Response>): Promise<number> => {
  const start = performance.now();
  const response = await call();
  await response.text();
  if (response.status !== 200) throw new Error(`answered ${response.status}`);
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

const floor = await medianOf(() => timed(() => fetch(`${bridge.url}/health`)));
const withoutBot = await medianOf(callBack("user-of-no-bot"));
const withBot = await medianOf(callBack("bot-demo"));
const line = (what: string, ms: number): string =>
  `${what} ${ms.toFixed(1)} ms (${(ms / floor).toFixed(1)} times the floor)`;
console.log(
  `a callback's answer, median of ${runs} less the first 10: a function that does nothing ${floor.toFixed(1)} ms, ` +
    `${line("a message for nobody's bot", withoutBot)}, ${line("one for a bot", withBot)}`,
);
await bridge.close();
process.exit(0);
