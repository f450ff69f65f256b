import { performance } from "node:perf_hooks";
import { makeAskDify } from "#adapters/dify/ask-dify.ts";
import { difyTimeouts } from "#adapters/dify/dify-timeouts.ts";
import { makeHttpClient } from "#adapters/http/http-client.ts";
import { systemClock as clock } from "#adapters/node/system-clock.ts";
import { signCall } from "#adapters/rongcloud/sign-call.ts";
import { startLocalBridge } from "../local/bridge.ts";
import { startDifySimulator } from "../local/dify/server.ts";
import { startImSimulator } from "../local/im/server.ts";
import { readSettings } from "../local/settings.ts";
import { medianOf, runs } from "./median.ts";
import { turnOf } from "./turn.ts";

/**
 * Measures the time to the first text of an answer, through the whole local bridge. Compares it with a client that asks
 * the same Dify directly, over as many turns in the same run.
 */
const settings = { ...readSettings({}), port: 0 };
const dify = await startDifySimulator({ paceMs: 5 });
const sendHttp = makeHttpClient({ publicOnly: false, clock });
let onChunk = (): void => {};
const im = await startImSimulator({ ...settings, onEvent: () => onChunk() });
const bridge = await startLocalBridge(
  { ...settings, rongcloudApiUrl: im.url, realDify: { apiUrl: dify.url, apiKey: "app-bench" } },
  { write: () => {}, writeLog: () => {}, isShared: false },
);

const askDify = async (): Promise<number> => {
  const start = performance.now();
  let firstAt: number | undefined;
  const { bot, event, integration } = turnOf(dify.url, "u7", "hello");
  await makeAskDify({ sendHttp, clock, timeouts: difyTimeouts })(
    { integration, text: "hello", files: [], event, bot, memory: undefined },
    ({ type }) => {
      if (type === "delta") firstAt ??= performance.now();
    },
    { deadline: Number.POSITIVE_INFINITY, signal: new AbortController().signal },
  );
  return (firstAt ?? Number.NaN) - start;
};

const askBridge = async (turn: number): Promise<number> => {
  const arrived = new Promise<number>((resolve) => {
    onChunk = () => resolve(performance.now());
  });
  const start = performance.now();
  await fetch(`${bridge.url}/message/private/publish.json`, {
    method: "POST",
    headers: signCall({ appKey: settings.appKey, secret: settings.appSecret }, Date.now()),
    body: new URLSearchParams({
      fromUserId: `user-${turn}`,
      toUserId: "bot-demo",
      objectName: "RC:TxtMsg",
      content: JSON.stringify({ content: "hello" }),
    }),
  });
  const waited = (await arrived) - start;
  // Waits for the rest of the answer, so that it is not taken for the next one's first chunk.
  await clock.sleep(400);
  return waited;
};

const alone = await medianOf(askDify);
const bridged = await medianOf(askBridge);
console.log(
  `first text, median of ${runs} turns without the first 10: Dify alone ${alone.toFixed(1)} ms, through the bridge ${bridged.toFixed(1)} ms`,
);
console.log(`added: ${(bridged - alone).toFixed(1)} ms, ratio ${(bridged / alone).toFixed(2)}`);
await bridge.close();
await Promise.all([im.close(), dify.close()]);
process.exit(0);
