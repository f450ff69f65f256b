import { setTimeout as delay } from "node:timers/promises";
import { createParser, type EventSourceMessage } from "eventsource-parser";
import { type BenchBridge, startBridge } from "../bridge.ts";
import type { AnswerScript } from "../servers/script.ts";
import { startServers } from "../servers.ts";
import type { Effort, Measurement } from "../suite/measurement.ts";
import { median, percentile } from "../suite/statistics.ts";

/** Answers over HTTP through a local run, to many users at once. The floor is the same Dify, asked by as many clients. */
const script: AnswerScript = { deltas: 64, size: 8, firstMs: 50, paceMs: 20 };
/** One bot may stream 150 answers at a time (`chatsInFlight`, `botShare`); its slots are unevenly spread, so some are refused before. */
const counts = { quick: [1, 20], full: [1, 20, 60, 100] } as const satisfies Record<
  Effort,
  readonly number[]
>;
/** A delta that is later than this many of its gaps counts as stalled: users see the text stop. */
const stalledGaps = 10;

interface Seen {
  readonly firstMs: number;
  readonly characters: number;
  readonly maxGapMs: number;
}

/** Reads an event stream until it ends. `textOf`: the text that an event adds. */
const read = async (
  startedAt: number,
  response: Response,
  textOf: (message: EventSourceMessage) => string | undefined,
): Promise<Seen> => {
  if (response.status !== 200)
    throw new Error(`unexpected response ${response.status} ${await response.text()}`);
  let firstMs: number | undefined;
  let [characters, lastAt, maxGapMs] = [0, 0, 0];
  const parser = createParser({
    onEvent: (message) => {
      const text = textOf(message);
      if (text === undefined) return;
      const now = performance.now();
      if (firstMs === undefined) firstMs = now - startedAt;
      else maxGapMs = Math.max(maxGapMs, now - lastAt);
      characters += text.length;
      lastAt = now;
    },
  });
  const decoder = new TextDecoder();
  for await (const bytes of response.body ?? []) parser.feed(decoder.decode(bytes, { stream: true }));
  return { firstMs: firstMs ?? Number.NaN, characters, maxGapMs };
};

const postJson = (url: string, token: string, body: object): Promise<Response> =>
  fetch(url, {
    method: "POST",
    headers: { "content-type": "application/json", authorization: `Bearer ${token}` },
    body: JSON.stringify(body),
  });

const askDify = async (difyUrl: string, user: string): Promise<Seen> => {
  const query = JSON.stringify(script);
  const startedAt = performance.now();
  const response = await postJson(`${difyUrl}/chat-messages`, "app-bench", { query, user, inputs: {} });
  return read(startedAt, response, ({ data }) => {
    const { event, answer } = JSON.parse(data);
    return event === "message" ? answer : undefined;
  });
};

const askBridge = async ({ url }: BenchBridge, token: string): Promise<Seen> => {
  const startedAt = performance.now();
  const response = await postJson(`${url}/v1/bots/bot-demo/chat`, token, { content: JSON.stringify(script) });
  return read(startedAt, response, ({ event, data }) =>
    event === "delta" ? JSON.parse(data).content : undefined,
  );
};

export const measure = async (effort: Effort): Promise<readonly Measurement[]> => {
  const servers = await startServers();
  const bridge = await startBridge({ DIFY_API_URL: servers.difyUrl, DIFY_API_KEY: "app-bench" });
  const measured: Measurement[] = [];
  for (const count of counts[effort]) {
    const ours: Seen[] = [];
    const ratios: number[] = [];
    // The first round warms up.
    for (let round = 0; round <= (effort === "quick" ? 2 : 5); round += 1) {
      const names = Array.from({ length: count }, (_, n) => `user-${count}-${round}-${n}`);
      const tokens = await Promise.all(names.map(bridge.userToken));
      const floor = await Promise.all(names.map((name) => askDify(servers.difyUrl, name)));
      const seen = await Promise.all(tokens.map((token) => askBridge(bridge, token)));
      await delay(100);
      if (round === 0) continue;
      ours.push(...seen);
      ratios.push(median(seen.map(({ firstMs }) => firstMs)) / median(floor.map(({ firstMs }) => firstMs)));
    }
    const whole = script.deltas * script.size;
    const share = (of: (seen: Seen) => boolean) => ours.filter(of).length / ours.length;
    measured.push(
      {
        name: `first delta, ${count} at once, against Dify alone`,
        value: median(ratios),
        unit: "×",
      },
      {
        name: `first delta, ${count} at once, p95`,
        value: percentile(
          ours.map(({ firstMs }) => firstMs),
          0.95,
        ),
        unit: "ms",
      },
      {
        name: `answers incomplete, ${count} at once`,
        value: share((seen) => seen.characters !== whole),
        unit: "of all",
        max: 0,
      },
      {
        name: `answers stalled, ${count} at once`,
        value: share(({ maxGapMs }) => maxGapMs > stalledGaps * script.paceMs),
        unit: "of all",
      },
    );
  }
  await bridge.close();
  servers.close();
  return measured;
};
