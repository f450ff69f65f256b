import { beforeAll, describe, expect, test } from "@jest/globals";
import { signCall } from "#adapters/rongcloud/sign-call.ts";
import { sentences } from "#core/answer/sentences.ts";
import { type DifySimulator, startDifySimulator } from "../../local/dify/server.ts";
import type { ImMessage } from "../../local/im/messages.ts";
import { type ImSimulator, startImSimulator } from "../../local/im/server.ts";
import { closeAfterAll } from "../support/close-after.ts";
import { eventually } from "../support/eventually.ts";
import { type RunningBridge, startBridge } from "../support/local-run.ts";
import { callApi, localApp, textMessage } from "../support/signed-call.ts";

let dify: DifySimulator;
let im: ImSimulator;
let bridge: RunningBridge;

beforeAll(async () => {
  dify = closeAfterAll(await startDifySimulator({ paceMs: 60 }));
  im = closeAfterAll(await startImSimulator({ appKey: localApp.appKey, appSecret: localApp.secret }));
  bridge = await startBridge({
    RONGCLOUD_API_URL: im.url,
    DIFY_API_URL: dify.url,
    DIFY_API_KEY: "app-of-the-settings",
  });
}, 60_000);

const createBot = async (userId: string, apiKey: string, given: object = {}): Promise<void> => {
  const reply = await callApi(bridge.url, "/v3/bot/create.json", {
    userId,
    name: "Helpdesk",
    type: "faq",
    profileUrl: "https://example.com/bot.png",
    metadata: { version: 1 },
    integrations: [
      { type: "webhook", callbackUrl: "https://yourserver.com/callback" },
      { type: "dify_chatflow", callbackUrl: dify.url, auth: { apiKey }, ...given },
    ],
  });
  expect(reply).toMatchObject({ status: 200, body: { code: 200 } });
};

const say = (toUserId: string, content: string) =>
  callApi(bridge.url, "/message/private/publish.json", textMessage("u7", toUserId, content));

const answersOf = (botId: string): ImMessage[] =>
  im.messages().filter(({ fromUserId, complete }) => fromUserId === botId && complete);

const answerOf = (botId: string, nth = 0): Promise<ImMessage> =>
  eventually(() => {
    const message = answersOf(botId)[nth];
    if (!message) throw new Error(`no answer ${nth} of ${botId}\n${bridge.stderr()}`);
    return message;
  });

const askedOf = (apiKey: string) =>
  dify.requests.filter(({ headers }) => headers.authorization === `Bearer ${apiKey}`).map(({ body }) => body);

describe("a message to a bot", () => {
  test("reaches Dify with the flattened inputs and the key, and its answer streams into the IM", async () => {
    await createBot("bot-streams", "app-streams");
    await say("bot-streams", "tell me of streams");
    const { chunks, ...message } = await answerOf("bot-streams");

    expect(message).toMatchObject({
      targetId: "u7",
      channelType: "PERSON",
      objectName: "RC:StreamMsg",
      completeReason: 0,
      text: expect.stringContaining("tell me of streams"),
    });
    // A busy machine gathers more text into fewer chunks.
    expect(chunks.length).toBeGreaterThan(1);
    expect(chunks.map(({ seq }) => seq)).toEqual(chunks.map((_, index) => index + 1));
    expect(chunks.map(({ complete }) => complete)).toEqual(
      chunks.map((_, index) => index === chunks.length - 1),
    );
    expect(askedOf("app-streams")[0]).toMatchObject({
      query: "tell me of streams",
      user: "u7",
      response_mode: "streaming",
      inputs: {
        type: "message:private",
        bot_userId: "bot-streams",
        bot_name: "Helpdesk",
        bot_metadata_version: "1",
        version: "1",
        data_fromUserId: "u7",
        data_content: '{"content":"tell me of streams"}',
        data_channelType: "PERSON",
      },
    });
  });

  test("continues the conversation of the previous one", async () => {
    await createBot("bot-talks", "app-talks");
    await say("bot-talks", "first");
    await answerOf("bot-talks");
    await say("bot-talks", "second");
    await answerOf("bot-talks", 1);
    const [first, second] = askedOf("app-talks");
    expect(first).not.toHaveProperty("conversation_id");
    expect(second).toMatchObject({
      query: "second",
      conversation_id: expect.stringMatching(/^[0-9a-f-]{36}$/),
    });
  });

  test("sent right after another is answered after it, in the same conversation", async () => {
    await createBot("bot-queues", "app-queues");
    await say("bot-queues", "one");
    await say("bot-queues", "two");
    await answerOf("bot-queues", 1);
    expect(answersOf("bot-queues").map(({ text }) => /one|two/.exec(text)?.[0])).toEqual(["one", "two"]);
    expect(askedOf("app-queues")[1]).toHaveProperty("conversation_id");
  });

  test("is answered byte for byte as a real Dify answered it", async () => {
    const apiKey = "app-replay-1.12.1-cf-llm-stream";
    dify.configure(apiKey, { paceMs: 1 });
    await createBot("bot-real", apiKey);
    await say("bot-real", "hi llm");
    expect((await answerOf("bot-real")).text).toBe("你好，you said: hi llm 👋");
  });

  test("is answered in one ordinary message if the integration does not stream", async () => {
    await createBot("bot-whole", "app-whole", { stream: false });
    await say("bot-whole", "in one piece");
    const message = await answerOf("bot-whole");
    expect(message).toMatchObject({ objectName: "RC:TxtMsg", text: expect.stringContaining("in one piece") });
  });
});

test("the demo bot answers with the Dify in the settings", async () => {
  await say("bot-demo", "is this the real one?");
  expect((await answerOf("bot-demo")).text).toContain("is this the real one?");
  expect(askedOf("app-of-the-settings").filter((body) => body !== undefined)).not.toHaveLength(0);
});

describe("a Dify that does not answer", () => {
  test.each([
    ["rejects the key", "bot-refused", "key-without-prefix", () => dify.url],
    ["has a model that fails", "bot-model", "app-replay-1.12.1-llm-chatflow-FAIL401", () => dify.url],
  ])(
    "and %s leads to a plain sentence and a log line, without Dify's error text",
    async (_, botId, apiKey, callbackUrl) => {
      await createBot(botId, apiKey, { callbackUrl: callbackUrl() });
      await say(botId, "anybody there?");
      expect((await answerOf(botId)).text).toBe(sentences.failed);
      const line = await eventually(() => {
        const found = bridge
          .stderr()
          .split("\n")
          .find((each) => [botId, "dify_chatflow", "job_delivered"].every((part) => each.includes(part)));
        return JSON.parse(found ?? "");
      });
      expect(line).toMatchObject({ level: "ERROR", outcome: "failed" });
      expect(bridge.stderr()).not.toMatch(/anybody there|Access token|Incorrect model credentials/);
    },
  );

  test("at all is retried for a while, and then the user is told", async () => {
    await createBot("bot-down", "app-down", { callbackUrl: "http://127.0.0.1:9/v1" });
    await say("bot-down", "hello?");
    const notice = await eventually(() => {
      const [message] = answersOf("bot-down");
      if (!message) throw new Error("no message yet");
      return message;
    }, 30_000);
    expect(notice.text).toBe(sentences.failed);
  }, 40_000);
});

describe("an unauthorized caller", () => {
  const publish = "/message/private/publish.json";
  const message = textMessage("u7", "bot-streams", "let me in");

  test.each([
    ["a wrong signature", { ...signCall(localApp, Date.now()), Signature: "0".repeat(40) }, 1004],
    ["a stale one", signCall(localApp, Date.now() - 10 * 60_000), 1004],
    ["none", {}, 1004],
    ["an unknown app", signCall({ appKey: "nobody", secret: "x" }, Date.now()), 1001],
  ])("with %s gets 401 and the code", async (_, headers, code) => {
    expect(await callApi(bridge.url, publish, message, headers)).toMatchObject({
      status: 401,
      body: { code },
    });
  });

  test("that repeats a signed request is admitted once", async () => {
    const headers = signCall(localApp, Date.now());
    expect(await callApi(bridge.url, publish, message, headers)).toMatchObject({ status: 200 });
    expect(await callApi(bridge.url, publish, message, headers)).toMatchObject({
      status: 401,
      body: { code: 1004 },
    });
  });
});

describe("bad input", () => {
  test("on an unknown path is 404 with our code, whatever the method and the body", async () => {
    for (const path of ["/", "/nowhere.json", "/v3/bot", "/v3/bot/create.json/more"]) {
      const response = await fetch(`${bridge.url}${path}`, { method: "PUT", body: "a=1" });
      expect([response.status, await response.json()]).toEqual([
        404,
        { code: 404, errorMessage: "no such path" },
      ]);
    }
  });

  test.each([
    ["/v3/bot/create.json", "{", 1002, /^body: must be valid JSON/],
    ["/v3/bot/create.json", "", 1003, /^body: must not be empty/],
    ["/v3/bot/create.json", { userId: "" }, 1002, /^userId: must not be empty, got ""/],
    [
      "/user/getToken.json",
      new URLSearchParams({ userId: "a b" }),
      1002,
      /^userId: must contain only letters/,
    ],
    [
      "/message/private/publish.json",
      new URLSearchParams({ fromUserId: "u7" }),
      1002,
      /^toUserId: is required/,
    ],
  ])("to %s (%o) is 400 with code %i and names the field", async (path, body, code, errorMessage) => {
    expect(await callApi(bridge.url, path, body)).toMatchObject({
      status: 400,
      body: { code, errorMessage: expect.stringMatching(errorMessage) },
    });
  });

  test("is answered with the caller's own request id", async () => {
    const headers = { ...signCall(localApp, Date.now()), "X-Request-ID": "trace-42" };
    const reply = await callApi(bridge.url, "/v3/bot/create.json", "{", headers);
    expect(reply.headers.get("x-request-id")).toBe("trace-42");
  });
});
