import { setTimeout as delay } from "node:timers/promises";
import { beforeAll, describe, expect, test } from "@jest/globals";
import { sentences } from "#core/answer/sentences.ts";
import { type DifySimulator, startDifySimulator } from "../../local/dify/server.ts";
import { type ImSimulator, startImSimulator } from "../../local/im/server.ts";
import { localCredentials, userToken } from "../support/chat/chat-server.ts";
import { closeAfterAll } from "../support/close-after.ts";
import { eventually } from "../support/eventually.ts";
import { type RunningBridge, startBridge } from "../support/local-run.ts";
import { callApi, createBotAt, localApp, textMessage } from "../support/signed-call.ts";

let dify: DifySimulator;
let im: ImSimulator;
let bridge: RunningBridge;

beforeAll(async () => {
  dify = closeAfterAll(await startDifySimulator());
  im = closeAfterAll(await startImSimulator({ appKey: localApp.appKey, appSecret: localApp.secret }));
  bridge = await startBridge({ RONGCLOUD_API_URL: im.url });
}, 60_000);

const createBot = async (userId: string, options: object): Promise<void> => {
  const usage = { prompt_tokens: 60, completion_tokens: 40, total_tokens: 100 };
  dify.configure(`app-${userId}`, {
    script: [{ do: "say" }, { do: "finish", metadata: { usage } }],
  });
  const integration = {
    type: "dify_chatflow",
    callbackUrl: dify.url,
    auth: { apiKey: `app-${userId}` },
    options,
  };
  await createBotAt(bridge.url, userId, integration);
};

const say = (botId: string, content: string, user: string) =>
  callApi(bridge.url, "/message/private/publish.json", textMessage(user, botId, content));

const ask = async (botId: string, user: string): Promise<Response> => {
  const token = await userToken({ ...localCredentials, url: bridge.url, botId, close: async () => {} }, user);
  return fetch(`${bridge.url}/v1/bots/${botId}/chat`, {
    method: "POST",
    headers: {
      authorization: `Bearer ${token}`,
      "content-type": "application/json",
      accept: "application/json",
    },
    body: JSON.stringify({ content: "hello" }),
  });
};

const received = (botId: string, user: string): string[] =>
  im
    .messages()
    .filter(({ fromUserId, targetId, complete }) => fromUserId === botId && targetId === user && complete)
    .map(({ text }) => text);

const questionsOf = (botId: string) =>
  dify.requests.filter(
    ({ path, headers }) => path.endsWith("/chat-messages") && headers.authorization === `Bearer app-${botId}`,
  );

const lines = (event: string, botId: string): unknown[] =>
  bridge
    .stderr()
    .split("\n")
    .filter((line) => line.includes(`"${event}"`) && line.includes(botId))
    .map((line) => JSON.parse(line));

const linesWhen = (event: string, botId: string, count: number) =>
  eventually(() => {
    const found = lines(event, botId);
    if (found.length < count) throw new Error(`${found.length} lines ${event}\n${bridge.stderr()}`);
    return found;
  });

describe("a limit", () => {
  test("is one for the IM and HTTP: users are told once, in the IM, and with a 429 over HTTP", async () => {
    await createBot("bot-limited", { limits: { turnsPerDay: 2 } });
    for (const content of ["one", "two", "three", "four"]) await say("bot-limited", content, "u-first");
    await linesWhen("job_limited", "bot-limited", 2);
    await say("bot-limited", "hello", "u-second");
    await linesWhen("job_limited", "bot-limited", 3);
    const toFirst = received("bot-limited", "u-first");
    expect(toFirst).toHaveLength(3);
    expect(toFirst.at(-1)).toBe(sentences.limitedForADay);
    expect(received("bot-limited", "u-second")).toEqual([sentences.limitedForADay]);
    const refused = await ask("bot-limited", "u-third");
    expect(refused.status).toBe(429);
    const seconds = Number(refused.headers.get("retry-after"));
    expect(seconds).toBeGreaterThan(0);
    expect(seconds).toBeLessThanOrEqual(24 * 60 * 60);
    expect(await refused.text()).toMatch(
      /turnsPerDay: the bot has used up the turns of this day; retry from /,
    );
    expect(questionsOf("bot-limited")).toHaveLength(2);
    expect(lines("limit_near", "bot-limited")).toMatchObject([{ limit: "bot.turnsPerDay", used: 2, max: 2 }]);
    await delay(1_000);
    expect(received("bot-limited", "u-first")).toHaveLength(3);
    const limited = { userId: "bot-limited", outcome: "limited" };
    const { body } = await callApi(bridge.url, "/v3/turn/query.json", limited);
    const { turns } = body as { turns: readonly { channel: string; detail: string }[] };
    expect(turns.map(({ channel, detail }) => `${channel} ${detail}`)).toEqual([
      "http bot.turnsPerDay",
      ...Array(3).fill("im bot.turnsPerDay"),
    ]);
  });

  test("of a user's tokens holds over HTTP once an answer has used them up, and for no other user", async () => {
    await createBot("bot-tokens", { limits: { perUser: { tokensPerDay: 100 } } });
    expect((await ask("bot-tokens", "u-first")).status).toBe(200);
    const refused = await eventually(async () => {
      const reply = await ask("bot-tokens", "u-first");
      if (reply.status !== 429) throw new Error(`HTTP ${reply.status}`);
      return reply.text();
    });
    expect(refused).toContain("tokensPerDay: the user has, with this bot, used up the tokens of this day");
    expect((await ask("bot-tokens", "u-second")).status).toBe(200);
  });
});
