import { setTimeout as delay } from "node:timers/promises";
import { createParser, type EventSourceMessage } from "eventsource-parser";
import { demoBotId, putDemoBot } from "../../local/demo-bots.ts";
import { readSettings } from "../../local/settings.ts";
import { type BenchBridge, startBridge } from "../bridge.ts";
import type { AnswerScript } from "../servers/script.ts";
import { startServers } from "../servers.ts";
import type { Effort, Measurement } from "../suite/measurement.ts";
import { median, percentile } from "../suite/statistics.ts";

/**
 * Answers over HTTP through a local run, to many users at once. Each asks again as soon as an answer has ended, and they began
 * one after another, as users do. The floor is the same Dify, asked by as many clients in the same way.
 */
const script: AnswerScript = { deltas: 64, size: 8, firstMs: 50, paceMs: 20 };
const answerMs = script.firstMs + script.deltas * script.paceMs;
/** Users alternate between two bots: of 300 answers at once one app may have 225, and one bot 150. */
const secondBot = "bot-second";
const counts = { quick: [20], full: [1, 20, 60, 100, 150, 200] } as const satisfies Record<
  Effort,
  readonly number[]
>;
/** So many answers are measured at least, and so many of each user. */
const minAnswers = { quick: { inAll: 20, perUser: 1 }, full: { inAll: 10, perUser: 2 } } as const;
/** New code is slow until it is compiled: after some hundred answers a first delta takes half the time of the first. */
const warmUp = { quick: { users: 20, questions: 0 }, full: { users: 40, questions: 6 } } as const;
/** A delta that is later than this many of its gaps counts as stalled: users see the text stop. */
const stalledGaps = 10;

interface Seen {
  readonly firstMs: number;
  readonly characters: number;
  readonly maxGapMs: number;
  /** Whether the question was refused at first, since its bot or app had as many answers in progress as it may have. */
  readonly isRefused?: boolean;
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

interface User {
  readonly token: string;
  readonly botId: string;
}

const askBridge = async (bridge: BenchBridge, user: User): Promise<Seen> => {
  const { url } = bridge;
  const { token, botId } = user;
  const startedAt = performance.now();
  const response = await postJson(`${url}/v1/bots/${botId}/chat`, token, { content: JSON.stringify(script) });
  if (response.status === 429) {
    await response.body?.cancel();
    await delay(Number(response.headers.get("retry-after")) * 1_000);
    return { ...(await askBridge(bridge, user)), isRefused: true };
  }
  return read(startedAt, response, ({ event, data }) =>
    event === "delta" ? JSON.parse(data).content : undefined,
  );
};

/** Each user asks one question after another. The first of each, which opens the conversation, is left out. */
const askAll = async (
  users: readonly User[],
  questions: number,
  ask: (user: User) => Promise<Seen>,
): Promise<readonly Seen[]> => {
  const seen = await Promise.all(
    users.map(async (user, n) => {
      await delay((n * answerMs) / users.length);
      await ask(user);
      const answers: Seen[] = [];
      for (let asked = 0; asked < questions; asked += 1) answers.push(await ask(user));
      return answers;
    }),
  );
  return seen.flat();
};

export const measure = async (effort: Effort): Promise<readonly Measurement[]> => {
  const servers = await startServers();
  const bridge = await startBridge({ DIFY_API_URL: servers.difyUrl, DIFY_API_KEY: "app-bench" });
  const dify = { apiUrl: servers.difyUrl, apiKey: "app-bench", type: "dify_chatflow" } as const;
  await putDemoBot(bridge.url, readSettings({}), { userId: secondBot, name: "Second", model: dify });
  const usersOf = (count: number): Promise<readonly User[]> =>
    Promise.all(
      Array.from({ length: count }, async (_, n) => ({
        token: await bridge.userToken(`user-${count}-${n}`),
        botId: n % 2 === 0 ? demoBotId : secondBot,
      })),
    );
  const askThroughBridge = (user: User) => askBridge(bridge, user);
  const { users, questions } = warmUp[effort];
  const { inAll, perUser: minPerUser } = minAnswers[effort];
  await askAll(await usersOf(users), questions, askThroughBridge);

  const measured: Measurement[] = [];
  for (const count of counts[effort]) {
    const asking = await usersOf(count);
    const perUser = Math.max(minPerUser, Math.ceil(inAll / count));
    const floor = await askAll(asking, perUser, ({ token }) => askDify(servers.difyUrl, token));
    const ours = await askAll(asking, perUser, askThroughBridge);
    const firstOf = (seen: readonly Seen[]) => seen.map(({ firstMs }) => firstMs);
    const whole = script.deltas * script.size;
    const share = (of: (seen: Seen) => boolean) => ours.filter(of).length / ours.length;
    measured.push(
      {
        name: `first delta, ${count} at once, against Dify alone`,
        value: median(firstOf(ours)) / median(firstOf(floor)),
        unit: "×",
      },
      { name: `first delta, ${count} at once, p95`, value: percentile(firstOf(ours), 0.95), unit: "ms" },
      {
        name: `answers incomplete, ${count} at once`,
        value: share((seen) => seen.characters !== whole),
        unit: "of all",
        max: 0,
      },
      {
        name: `questions refused at first, ${count} at once`,
        value: share(({ isRefused }) => isRefused === true),
        unit: "of all",
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
