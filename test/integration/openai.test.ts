import { beforeAll, describe, expect, test } from "@jest/globals";
import { type AnswerEvent, type Bot, createBotClient } from "../../client/src/index.ts";
import type { ImMessage } from "../../local/im/messages.ts";
import { type ImSimulator, startImSimulator } from "../../local/im/server.ts";
import { type OpenAiSimulator, startOpenAiSimulator } from "../../local/openai/server.ts";
import { localCredentials, userToken } from "../support/chat/chat-server.ts";
import { closeAfterAll } from "../support/close-after.ts";
import { eventually } from "../support/eventually.ts";
import { type RunningBridge, startBridge } from "../support/local-run.ts";
import { callApi, createBotAt, localApp, textMessage } from "../support/signed-call.ts";

const demoKey = "sk-of-the-settings";

let openai: OpenAiSimulator;
let im: ImSimulator;
let bridge: RunningBridge;

beforeAll(async () => {
  openai = closeAfterAll(await startOpenAiSimulator({ paceMs: 20 }));
  im = closeAfterAll(await startImSimulator({ appKey: localApp.appKey, appSecret: localApp.secret }));
  bridge = await startBridge({
    RONGCLOUD_API_URL: im.url,
    OPENAI_API_URL: openai.url,
    OPENAI_API_KEY: demoKey,
  });
}, 60_000);

const createBot = async (userId: string, options: object = {}, given: object = {}): Promise<void> => {
  const integration = {
    type: "openai",
    callbackUrl: openai.url,
    auth: { apiKey: `sk-${userId}` },
    options: { model: "simulated-model", ...options },
    ...given,
  };
  await createBotAt(bridge.url, userId, integration);
};

const say = (toUserId: string, content: string) =>
  callApi(bridge.url, "/message/private/publish.json", textMessage("u7", toUserId, content));

const answerOf = (botId: string, nth = 0): Promise<ImMessage> =>
  eventually(() => {
    const messages = im.messages().filter(({ fromUserId, complete }) => fromUserId === botId && complete);
    const message = messages[nth];
    if (!message) throw new Error(`no answer ${nth} of ${botId}\n${bridge.stderr()}`);
    return message;
  });

/** The chat messages of each question asked with this key. */
const askedOf = (key: string): { role: string; content: unknown }[][] =>
  openai.requests.flatMap(({ key: its, body }) =>
    its === key && typeof body === "object" && body !== null && "messages" in body
      ? [body.messages as { role: string; content: unknown }[]]
      : [],
  );

const botOf = async (botId: string): Promise<Bot> => {
  const server = { ...localCredentials, url: bridge.url, botId, close: async () => {} };
  return createBotClient({ url: bridge.url, token: await userToken(server, `of-${botId}`) }).bot(botId);
};

const collect = async (events: AsyncIterable<AnswerEvent>): Promise<AnswerEvent[]> => {
  const all: AnswerEvent[] = [];
  for await (const event of events) all.push(event);
  return all;
};

describe("over the IM", () => {
  test("the second demo bot answers with the first model of the API in the settings, as a stream", async () => {
    await say("bot-openai", "tell me of streams");
    const message = await answerOf("bot-openai");
    expect(message).toMatchObject({ objectName: "RC:StreamMsg", completeReason: 0 });
    expect(message.text).toContain("tell me of streams");
    expect(message.chunks.length).toBeGreaterThan(1);
    const { body } = openai.requests.findLast(({ key }) => key === demoKey) ?? {};
    expect(body).toMatchObject({ model: "simulated-model", stream: true });
  });

  test("a second message is sent with the first and its answer before it", async () => {
    await createBot("bot-remembers", { systemPrompt: "Be brief." });
    await say("bot-remembers", "first");
    const { text } = await answerOf("bot-remembers");
    await say("bot-remembers", "second");
    await answerOf("bot-remembers", 1);
    expect(askedOf("sk-bot-remembers")[1]).toEqual([
      { role: "system", content: "Be brief." },
      { role: "user", content: "first" },
      { role: "assistant", content: text },
      { role: "user", content: "second" },
    ]);
  });

  test("an answer comes in one ordinary message if the integration does not stream", async () => {
    await createBot("bot-in-one", {}, { stream: false });
    await say("bot-in-one", "in one piece");
    const message = await answerOf("bot-in-one");
    expect(message).toMatchObject({ objectName: "RC:TxtMsg", text: expect.stringContaining("in one piece") });
  });

  test("reasoning is hidden, and an answer at its maximum length says so", async () => {
    openai.configure("sk-bot-thinks", { reasoning: "Hm.", reply: "Half an", finishReason: "length" });
    await createBot("bot-thinks");
    await say("bot-thinks", "think");
    const { text } = await answerOf("bot-thinks");
    expect(text).toMatch(/^Half an\n\n\(The answer was cut off at its maximum length\.\)/);
  });
});

describe("over HTTP", () => {
  test("an answer streams, with its usage at the end", async () => {
    await createBot("bot-http");
    const events = await collect((await botOf("bot-http")).chat("hello"));
    expect(events.map(({ type }) => type)).toEqual(expect.arrayContaining(["start", "delta", "end"]));
    expect(events.at(-1)).toMatchObject({
      text: expect.stringContaining("hello"),
      usage: { totalTokens: expect.any(Number) },
    });
  });

  test("a conversation is forgotten with all its messages", async () => {
    await createBot("bot-forgets");
    const bot = await botOf("bot-forgets");
    await collect(bot.chat("first"));
    await bot.forget();
    await collect(bot.chat("second"));
    expect(askedOf("sk-bot-forgets")[1]).toEqual([{ role: "user", content: "second" }]);
  });

  test("a stop ends the answer, and the partial answer is remembered", async () => {
    openai.configure("sk-bot-stops", { reply: "word ".repeat(400), paceMs: 50 });
    await createBot("bot-stops");
    const bot = await botOf("bot-stops");
    const answer = bot.chat("talk");
    const events: AnswerEvent[] = [];
    for await (const event of answer) {
      events.push(event);
      if (event.type === "delta") await answer.stop();
    }
    expect(events.at(-1)).toMatchObject({ type: "end", stopped: true });
    openai.configure("sk-bot-stops", { reply: "Well." });
    await collect(bot.chat("go on"));
    const [, asked] = askedOf("sk-bot-stops");
    expect(asked).toEqual([
      { role: "user", content: "talk" },
      { role: "assistant", content: expect.stringMatching(/^word /) },
      { role: "user", content: "go on" },
    ]);
  });

  test("a wrong key is reported in plain words, without the key or the API's error text", async () => {
    openai.configure("sk-bot-refused", {
      behaviour: { kind: "error", status: 401, code: "invalid_api_key" },
    });
    await createBot("bot-refused");
    await expect(collect((await botOf("bot-refused")).chat("hello"))).rejects.toMatchObject({
      code: "refused",
      message: expect.stringMatching(/^Sorry, the bot cannot answer right now\./),
    });
  });
});
