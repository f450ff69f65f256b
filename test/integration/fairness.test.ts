import { setTimeout as delay } from "node:timers/promises";
import { beforeAll, expect, test } from "@jest/globals";
import { type DifySimulator, startDifySimulator } from "../../local/dify/server.ts";
import { startHttpServer } from "../../local/http-server.ts";
import { type ImSimulator, startImSimulator } from "../../local/im/server.ts";
import { closeAfterAll } from "../support/close-after.ts";
import { eventually } from "../support/eventually.ts";
import { type RunningBridge, startBridge } from "../support/local-run.ts";
import { callApi, createBotAt, localApp, textMessage } from "../support/signed-call.ts";

/** More than the ten workers that run with one invocation a thread. */
const slowUsers = 25;
const hangingConversations = 80;

/** Only for a machine that is busy with other tests: what is asserted is the order of events. */
const patienceMs = 60_000;

let dify: DifySimulator;
let im: ImSimulator;
let bridge: RunningBridge;

beforeAll(async () => {
  dify = closeAfterAll(await startDifySimulator());
  im = closeAfterAll(await startImSimulator({ appKey: localApp.appKey, appSecret: localApp.secret }));
  bridge = await startBridge({ RONGCLOUD_API_URL: im.url, INVOCATIONS_PER_THREAD: "1" });
}, 120_000);

const createBot = async (userId: string, integration: object): Promise<void> => {
  await createBotAt(bridge.url, userId, integration);
};

const say = async (fromUserId: string, toUserId: string, text: string): Promise<void> => {
  const reply = await callApi(
    bridge.url,
    "/message/private/publish.json",
    textMessage(fromUserId, toUserId, text),
  );
  expect(reply).toMatchObject({ status: 200 });
};

test("beside 25 users of a bot whose Dify drips for minutes, another bot's first message is answered", async () => {
  // Its answer has dozens of pieces.
  dify.configure("app-slow", { paceMs: 10_000 });
  await createBot("bot-slow", { type: "dify_chatflow", callbackUrl: dify.url, auth: { apiKey: "app-slow" } });
  await createBot("bot-quick", {
    type: "dify_chatflow",
    callbackUrl: dify.url,
    auth: { apiKey: "app-quick" },
  });
  for (let n = 0; n < slowUsers; n += 1)
    await say(`slow-${n}`, "bot-slow", "please tell me a long story of many words, one after the other");
  const slowTurns = () =>
    new Set(dify.requests.filter(({ path, key }) => path === "/v1/chat-messages" && key === "app-slow")).size;
  await eventually(() => expect(slowTurns()).toBeGreaterThan(2), patienceMs);
  // Long enough for each job to have been received.
  await delay(3_000);

  await say("u-quick", "bot-quick", "hello");
  await eventually(
    () =>
      expect(im.messages()).toContainEqual(
        expect.objectContaining({ fromUserId: "bot-quick", complete: true }),
      ),
    patienceMs,
  );
  expect(im.messages().filter(({ fromUserId, complete }) => fromUserId === "bot-slow" && complete)).toEqual(
    [],
  );
  expect(slowTurns()).toBeLessThanOrEqual(5);
}, 180_000);

test("beside 80 conversations with a server that hangs, another server gets its event", async () => {
  let hanging = 0;
  const hangs = closeAfterAll(
    await startHttpServer(0, async () => {
      hanging += 1;
    }),
  );
  const received: string[] = [];
  const answers = closeAfterAll(
    await startHttpServer(0, async (request, response) => {
      received.push(request.url ?? "");
      response.writeHead(200).end();
    }),
  );
  await createBot("bot-hangs", { type: "webhook", callbackUrl: `${hangs.url}/hook` });
  await createBot("bot-answers", { type: "webhook", callbackUrl: `${answers.url}/hook` });
  for (let n = 0; n < hangingConversations; n += 1) await say(`hangs-${n}`, "bot-hangs", "hello");
  await eventually(() => expect(hanging).toBeGreaterThan(2), patienceMs);

  const before = hanging;
  await say("u-answers", "bot-answers", "hello");
  await eventually(() => expect(received).toHaveLength(1), patienceMs);
  // Half the workers call it, for five seconds each: ten seconds are at most twenty calls.
  expect(hanging - before).toBeLessThanOrEqual(20);
}, 180_000);
