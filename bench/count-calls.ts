import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { startLocalBridge } from "../local/bridge.ts";
import { startDifySimulator } from "../local/dify/server.ts";
import { readSettings } from "../local/settings.ts";
import { startCountedAws } from "./calls/counting-proxies.ts";
import { callBack, callServer, chat, publish, type Target, waitUntilQuiet } from "./calls/send-turns.ts";
import { makeTallier, type Tally } from "./calls/tally.ts";

/**
 * Counts what one turn asks of AWS, by each way that it can come in, of a conversation that is under way: with an answer
 * that is there at once, and with one of eleven seconds. Prints JSON; docs/cost/counts.json is what it printed, and a test
 * says where it is no longer so.
 */
const tallier = makeTallier();
const aws = await startCountedAws(tallier);
const dify = await startDifySimulator();
const settings = { ...readSettings({}), ...aws, port: 0 };
let noted = 0;
const bridge = await startLocalBridge(settings, {
  write: () => {},
  writeLog: (line) => {
    noted += 1;
    tallier.log(line);
  },
  isShared: false,
});
const place: Target = { url: bridge.url, appKey: settings.appKey, appSecret: settings.appSecret };

/** Repeated by the simulator, in about a hundred pieces. */
const words = 40;
/** In milliseconds a piece. Eleven seconds are between two heartbeats, of 2 s and of 8 s: a slow machine counts the same. */
const paces = { atOnce: 3, elevenSeconds: 110 } as const;
type Length = keyof typeof paces;
const question = Array.from({ length: words }, (_, index) => `word${index}`).join(" ");
const botOf = (length: Length): string => `bot-${length.toLowerCase()}`;

const create = (userId: string, integration: object): Promise<string> =>
  callServer(place, "/v3/bot/create.json", {
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
  await callServer(place, "/user/getToken.json", new URLSearchParams({ userId: "user-of-the-count" })),
);
const token: string = tokenReply.token;

const ways: Record<string, (length: Length) => Promise<void>> = {
  callback: (length) => callBack(place, botOf(length), question),
  publish: (length) => publish(place, botOf(length), question),
  http: (length) => chat(place, botOf(length), question, { token }),
  httpWithKey: (length) => chat(place, botOf(length), question, { token, key: randomUUID() }),
};

/** What is over says so in the log, whichever way it came. */
const ended = (line: string): boolean => /"(job_delivered|chat_answered)"/.test(line);

const count = async (run: () => Promise<void>): Promise<Tally> => {
  await waitUntilQuiet(() => noted);
  tallier.take();
  const done = new AbortController();
  const log = tallier.log;
  tallier.log = (line) => {
    log(line);
    if (ended(line)) done.abort();
  };
  const over = once(done.signal, "abort", { signal: AbortSignal.timeout(60_000) });
  await run();
  await over;
  tallier.log = log;
  await waitUntilQuiet(() => noted);
  return tallier.take();
};

/** In milliseconds. Pieces of an answer are kept twice a second: one that takes as long is not there at once. */
const atOnceMs = 500;
/** On a busy machine an answer is late now and then; one that always is late is counted as it comes. */
const maxTries = 5;

const countWay = async (run: (length: Length) => Promise<void>, length: Length): Promise<Tally> => {
  for (let tries = 1; ; tries += 1) {
    let tookMs = 0;
    const tally = await count(async () => {
      const begunAt = performance.now();
      await run(length);
      tookMs = performance.now() - begunAt;
    });
    if (length !== "atOnce" || tookMs < atOnceMs || tries === maxTries) return tally;
  }
};

const counts: Record<string, Partial<Record<Length, Tally>>> = {};
for (const [way, run] of Object.entries(ways)) {
  const tallies: Partial<Record<Length, Tally>> = {};
  // What a published message comes to is the same from the queue on.
  for (const length of way === "publish" ? (["atOnce"] as const) : (["atOnce", "elevenSeconds"] as const)) {
    // The first turn of a conversation names it, a user's first writes their record, and all make connections.
    if (way === "callback" || way === "http") await count(() => run(length));
    tallies[length] = await countWay(run, length);
  }
  counts[way] = tallies;
}
await count(() => callBack(place, "bot-webhook", "hello"));
counts.webhook = { atOnce: await count(() => callBack(place, "bot-webhook", "hello")) };

process.stdout.write(`${JSON.stringify(counts, null, 2)}\n`);
await bridge.close();
await dify.close();
await aws.close();
process.exit(0);
