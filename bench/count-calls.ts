import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { setTimeout as delay } from "node:timers/promises";
import { startLocalBridge } from "../local/bridge.ts";
import { startDifySimulator } from "../local/dify/server.ts";
import { readSettings } from "../local/settings.ts";
import { startCountedIm } from "./calls/counted-im.ts";
import { startCountedAws } from "./calls/counting-proxies.ts";
import { type Bridge, callServer, chat, publish, sendCallback, waitUntilQuiet } from "./calls/send-turns.ts";
import { stagesOf } from "./calls/stages.ts";
import { makeTallier, type Tally } from "./calls/tally.ts";

/**
 * Counts the calls to AWS and to the IM of one turn in an existing conversation, for each way to start a turn, with an answer that is
 * complete at once and with one of eleven seconds, and how many of them wait for each other before the model is asked. Prints JSON, which is stored as docs/cost/counts.json; a test
 * compares the two.
 */
const tallier = makeTallier();
const aws = await startCountedAws(tallier);
/** When Dify was asked last. */
let askedAt = 0;
const dify = await startDifySimulator({
  onRequest: ({ path }) => {
    if (path.endsWith("/chat-messages")) askedAt = performance.now();
  },
});
const defaults = readSettings({});
const { appKey, appSecret } = defaults;
const im = await startCountedIm({ appKey, appSecret }, tallier);
const settings = { ...defaults, ...aws, rongcloudApiUrl: im.url, port: 0 };
let logLines = 0;
const bridge = await startLocalBridge(settings, {
  write: () => {},
  writeLog: (line) => {
    logLines += 1;
    tallier.log(line);
  },
  isShared: false,
});
const target: Bridge = { url: bridge.url, appKey, appSecret };

/** The simulator repeats the words in about a hundred pieces. */
const words = 40;
/**
 * Milliseconds per piece. Eleven seconds lie between two heartbeats, of 2 s and of 8 s, so a slow machine counts the
 * same.
 */
const paces = { atOnce: 3, elevenSeconds: 110 } as const;
type Length = keyof typeof paces;
const question = Array.from({ length: words }, (_, index) => `word${index}`).join(" ");
const botOf = (length: Length): string => `bot-${length.toLowerCase()}`;

const create = (userId: string, integration: object): Promise<string> =>
  callServer(target, "/v3/bot/create.json", {
    userId,
    name: "Counted",
    type: "count",
    profileUrl: "https://example.com/bot.png",
    integrations: [integration],
  });
for (const [length, paceMs] of Object.entries(paces)) {
  const apiKey = `app-${length.toLowerCase()}`;
  dify.configure(apiKey, { paceMs });
  await create(`bot-${length.toLowerCase()}`, {
    type: "dify_chatflow",
    callbackUrl: dify.url,
    auth: { apiKey },
  });
}
await create("bot-webhook", { type: "webhook", callbackUrl: "https://yourserver.com/callback" });

const tokenReply = JSON.parse(
  await callServer(target, "/user/getToken.json", new URLSearchParams({ userId: "user-of-the-count" })),
);
const token: string = tokenReply.token;

const entryPoints: Record<string, (length: Length) => Promise<void>> = {
  callback: (length) => sendCallback(target, botOf(length), question),
  publish: (length) => publish(target, botOf(length), question),
  http: (length) => chat(target, botOf(length), question, { token }),
  httpWithKey: (length) => chat(target, botOf(length), question, { token, key: randomUUID() }),
};

/** Every turn logs its end, however it was started. */
const ended = (line: string): boolean => /"(job_delivered|chat_answered)"/.test(line);

const count = async (run: () => Promise<void>): Promise<Tally> => {
  await waitUntilQuiet(() => logLines);
  tallier.take();
  const done = new AbortController();
  const log = tallier.log;
  tallier.log = (line) => {
    log(line);
    if (ended(line)) done.abort();
  };
  const finished = once(done.signal, "abort", { signal: AbortSignal.timeout(60_000) });
  await run();
  await finished;
  tallier.log = log;
  await waitUntilQuiet(() => logLines);
  return tallier.take();
};

/** In milliseconds. Answers are stored twice a second, so one that takes this long was not complete at once. */
const atOnceMs = 500;
/** On a busy machine, an answer may be late; after this many attempts, it is counted anyway. */
const maxAttempts = 5;

/**
 * After this a callback reads the app's record again (`botCacheSeconds`), in milliseconds. It is counted with that read, which
 * an app with few messages makes each time.
 */
const cacheMs = 5_000;

const countEntryPoint = async (
  run: (length: Length) => Promise<void>,
  length: Length,
  restMs: number,
): Promise<Tally> => {
  for (let attempt = 1; ; attempt += 1) {
    let tookMs = 0;
    await delay(restMs);
    const tally = await count(async () => {
      const startedAt = performance.now();
      await run(length);
      tookMs = performance.now() - startedAt;
    });
    if (length !== "atOnce" || tookMs < atOnceMs || attempt === maxAttempts) return tally;
  }
};

/** In milliseconds: more than lies between calls that are made at the same time. */
const slowMs = 60;
/** Calls that do not wait for each other may still be late on a busy machine, but calls that do never overlap. */
const stagesAttempts = 3;

const countStages = async (run: (length: Length) => Promise<void>, restMs: number): Promise<number> => {
  let fewest = Number.POSITIVE_INFINITY;
  aws.slowDown(slowMs);
  for (let attempt = 1; attempt <= stagesAttempts; attempt += 1) {
    await delay(restMs);
    aws.takeCalls();
    await count(() => run("atOnce"));
    fewest = Math.min(fewest, stagesOf(aws.takeCalls().filter(({ endedAt }) => endedAt <= askedAt)));
  }
  aws.slowDown(0);
  return fewest;
};

const counts: Record<string, Partial<Record<Length, Tally>> & { stages?: number }> = {};
for (const [name, run] of Object.entries(entryPoints)) {
  const restMs = name === "callback" ? cacheMs : 0;
  const tallies: (typeof counts)[string] = {};
  // From the queue on, a published message is the same as a callback.
  for (const length of name === "publish" ? (["atOnce"] as const) : (["atOnce", "elevenSeconds"] as const)) {
    // Warm-up: the first turn of a conversation stores its name, a user's first turn creates their record, and all open
    // connections.
    if (name === "callback" || name === "http") await count(() => run(length));
    tallies[length] = await countEntryPoint(run, length, restMs);
  }
  tallies.stages = await countStages(run, restMs);
  counts[name] = tallies;
}
await count(() => sendCallback(target, "bot-webhook", "hello"));
await delay(cacheMs);
counts.webhook = { atOnce: await count(() => sendCallback(target, "bot-webhook", "hello")) };

process.stdout.write(`${JSON.stringify(counts, null, 2)}\n`);
await bridge.close();
await dify.close();
await im.close();
await aws.close();
process.exit(0);
