import { writeFile } from "node:fs/promises";
import { beforeAll, expect, test } from "@jest/globals";
import { type AppServerSimulator, startAppServerSimulator } from "../../local/app-server/server.ts";
import { type DifySimulator, startDifySimulator } from "../../local/dify/server.ts";
import { type ImSimulator, startImSimulator } from "../../local/im/server.ts";
import { runLogOf } from "../../local/run-file.ts";
import { closeAfterAll } from "../support/close-after.ts";
import { eventually } from "../support/eventually.ts";
import { type RunningBridge, run, startBridge } from "../support/local-run.ts";
import { callApi, createBotAt, localApp, textMessage } from "../support/signed-call.ts";

let dify: DifySimulator;
let im: ImSimulator;
let appServer: AppServerSimulator;
let bridge: RunningBridge;

const streamPath = "/v3/message/private/publish_stream.json";

const createBot = async (userId: string, integration: object): Promise<void> => {
  await createBotAt(bridge.url, userId, integration);
};
const chatflow = (apiKey: string, given: object = {}) => ({
  type: "dify_chatflow",
  callbackUrl: dify.url,
  auth: { apiKey },
  ...given,
});

beforeAll(async () => {
  const app = { appKey: localApp.appKey, appSecret: localApp.secret };
  const { promise: bridgeUrl, resolve } = Promise.withResolvers<string>();
  dify = closeAfterAll(await startDifySimulator());
  im = closeAfterAll(await startImSimulator(app));
  appServer = closeAfterAll(await startAppServerSimulator({ ...app, bridgeUrl }));
  bridge = await startBridge({ RONGCLOUD_API_URL: im.url });
  resolve(bridge.url);
  dify.configure("app-good", { paceMs: 3 });
  dify.configure("app-down", { behaviour: { kind: "http_error", status: 500 } });
  const words = Array.from({ length: 60 }, (_, at) => `word${at} `);
  dify.configure("app-slow", { reply: { kind: "deltas", deltas: words }, paceMs: 100 });
  await createBot("bot-slow", chatflow("app-slow"));
  await createBot("bot-good", chatflow("app-good"));
  await createBot("bot-wrong-key", chatflow("not-a-key"));
  await createBot("bot-down", chatflow("app-down"));
  appServer.behave({ path: "/refuses", status: 403, times: 10 });
  await createBot("bot-refused", { type: "webhook", callbackUrl: `${appServer.url}/refuses` });
}, 60_000);

interface Found {
  readonly turns: readonly (Record<string, unknown> & { readonly turn: string; readonly outcome: string })[];
}
const query = async (asked: object): Promise<Found> => {
  const { status, body } = await callApi(bridge.url, "/v3/turn/query.json", asked);
  expect(status).toBe(200);
  return body as Found;
};
const publish = async (fromUserId: string, botId: string) => {
  const sent = await callApi(
    bridge.url,
    "/message/private/publish.json",
    textMessage(fromUserId, botId, "hello"),
  );
  const [{ messageUID }] = (sent.body as { messageUIDs: [{ messageUID: string }] }).messageUIDs;
  return { messageUID, requestId: sent.headers.get("x-request-id") };
};
const endOf = (fromUserId: string) =>
  eventually(async () => {
    const { turns } = await query({ fromUserId, since: Date.now() - 60_000 });
    const [turn] = turns;
    if (!turn || turn.outcome === "running")
      throw new Error(`no end of ${JSON.stringify(turns)}\n${bridge.stderr()}`);
    return turn;
  }, 60_000);
/** Sends a message by the IM's channel, and waits for the end of its turn. */
const tellOf = async (fromUserId: string, botId: string) => {
  const { messageUID: msgUID, requestId } = await publish(fromUserId, botId);
  const story = await endOf(fromUserId);
  expect(story).toMatchObject({ msgUID, channel: "im", userId: botId, fromUserId });
  return { story, requestId, msgUID };
};

test("an answer over the IM is found by each of its ids, with its times, tokens and Dify's ids", async () => {
  const { story, requestId, msgUID } = await tellOf("user-im", "bot-good");
  expect(story).toMatchObject({
    outcome: "answered",
    integration: "dify_chatflow",
    requestId,
    tries: 1,
    modelCalls: 1,
    refusals: 0,
    messageId: expect.any(String),
    conversationId: expect.any(String),
    taskId: expect.any(String),
    usage: { totalTokens: expect.any(Number), totalPrice: expect.any(String) },
  });
  const times = ["acceptedAt", "askedAt", "firstTextAt", "firstSentAt", "deliveredAt", "endedAt"];
  const told = times.map((name) => Number(story[name]));
  expect(told).toEqual(told.toSorted((a, b) => a - b));
  expect(bridge.stderr()).toContain(`"user":"${String(story.user)}"`);
  const { turn, messageId } = story;
  for (const id of [{ turn }, { msgUID }, { messageId }, { requestId }]) {
    const { body } = await callApi(bridge.url, "/v3/turn/get.json", id);
    expect(body).toEqual({ code: 200, turns: [story], isComplete: true });
  }
});

test("an answer over HTTP is found by its turn, with the name of its conversation", async () => {
  const { body } = await callApi(
    bridge.url,
    "/user/getToken.json",
    new URLSearchParams({ userId: "user-http" }),
  );
  const { token } = body as { token: string };
  const response = await fetch(`${bridge.url}/v1/bots/bot-good/chat`, {
    method: "POST",
    headers: {
      authorization: `Bearer ${token}`,
      "content-type": "application/json",
      accept: "application/json",
    },
    body: JSON.stringify({ content: "hello", conversation: "trip" }),
  });
  const { turn } = (await response.json()) as { turn: string };
  const { turns } = await query({ fromUserId: "user-http", conversation: "trip", outcome: "answered" });
  expect(turns).toMatchObject([{ turn, channel: "http", msgUID: turn, chunks: expect.any(Number) }]);
});

test.each([
  ["Dify's wrong key", "bot-wrong-key", { outcome: "failed", code: "refused" }],
  ["Dify that is down", "bot-down", { outcome: "failed", code: "unavailable" }],
  ["a webhook that refuses", "bot-refused", { outcome: "given_up", detail: "HTTP 403" }],
])(
  "%s is why there was no answer",
  async (_, botId, why) => {
    const { story } = await tellOf(`user-of-${botId}`, botId);
    expect(story).toMatchObject(why);
    expect(await query({ userId: botId, outcome: why.outcome })).toMatchObject({ turns: [story] });
  },
  90_000,
);

test("calls that the IM refuses are counted", async () => {
  im.force({ path: streamPath, by: { status: 429, code: 1008 }, times: 2 });
  const { story } = await tellOf("user-429", "bot-good");
  expect(story).toMatchObject({ outcome: "answered", refusals: 2, rateLimited: 2 });
}, 60_000);

test("a message that its user took back is no failure", async () => {
  const { messageUID, ...sent } = await publish("user-recalls", "bot-slow");
  const form = { fromUserId: "user-recalls", conversationType: "1", targetId: "bot-slow", messageUID };
  const recall = new URLSearchParams({ ...form, sentTime: String(Date.now()) });
  expect(await callApi(bridge.url, "/message/recall.json", recall)).toMatchObject({ status: 200 });
  expect(await endOf("user-recalls")).toMatchObject({ msgUID: messageUID, outcome: "recalled", ...sent });
}, 60_000);

test("npm run story shows a turn that the log does not have any more", async () => {
  const { port } = new URL(bridge.url);
  await writeFile(runLogOf(port), "");
  const story = run([
    process.execPath,
    "scripts/story.ts",
    "--url",
    bridge.url,
    "--user",
    "user-of-bot-wrong-key",
  ]);
  const { code, stdout } = await story.ended;
  expect(stdout).toMatch(/No answer: the model failed: refused \(.*\); the user got an error message\.\n$/);
  expect(code).toBe(0);
}, 30_000);

test("usage is summed up by bot, and a turn of another app is not found", async () => {
  const { body } = await callApi(bridge.url, "/v3/usage/query.json", {
    by: "bot",
    since: Date.now() - 600_000,
  });
  expect(body).toMatchObject({
    isComplete: true,
    usage: expect.arrayContaining([
      expect.objectContaining({
        group: "bot-good",
        outcomes: { answered: 3 },
        totalTokens: expect.any(Number),
      }),
    ]),
  });
  const { status, body: unknown } = await callApi(bridge.url, "/v3/turn/get.json", { turn: "job:WyJhIl0" });
  expect(status).toBe(404);
  expect(unknown).toEqual({ code: 404, errorMessage: "turn: there is no such turn" });
});
