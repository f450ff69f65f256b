import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "@jest/globals";
import { startLocalBridge } from "../../local/bridge.ts";
import { startDifySimulator } from "../../local/dify/server.ts";
import type { ImMessage } from "../../local/im/messages.ts";
import { type ImSimulator, startImSimulator } from "../../local/im/server.ts";
import { readSettings } from "../../local/settings.ts";
import { closeAfterAll } from "../support/close-after.ts";
import { eventually } from "../support/eventually.ts";
import { startBridge } from "../support/local-run.ts";
import { callApi, localApp, textMessage } from "../support/signed-call.ts";

/**
 * Before the IM ends the silent message: a killed worker's job returns when its visibility timeout has
 * expired, after 25 s at most.
 */
const resumesWithinMs = 30_000;
const patienceMs = resumesWithinMs + 15_000;

const question = "please tell me a long story of many words, one after the other";

/** A slow Dify, an IM, and the state of the demo bot's turn. From 1.13 on, Dify's runs continue without their client. */
const setUp = async (version: "1.12.1" | "1.16.1") => {
  const askedAt: number[] = [];
  const dify = closeAfterAll(
    await startDifySimulator({
      paceMs: 150,
      onRequest: ({ path }) => path === "/v1/chat-messages" && askedAt.push(Date.now()),
    }),
  );
  dify.configure("app-killed", { version });
  const im = closeAfterAll(await startImSimulator({ appKey: localApp.appKey, appSecret: localApp.secret }));
  const askAndWaitForText = async (bridgeUrl: string): Promise<void> => {
    await callApi(bridgeUrl, "/message/private/publish.json", textMessage("u7", "bot-demo", question));
    // The first message of a run waits until its functions have started, which takes long on a busy machine.
    await eventually(() => expect(im.messages()[0]?.chunks.length).toBeGreaterThan(1), 60_000);
    expect(im.messages()[0]?.complete).toBe(false);
  };
  return { dify, im, askedAt, askAndWaitForText };
};

const wholeAnswer = (im: ImSimulator): Promise<ImMessage> =>
  eventually(() => {
    const whole = im.messages().find(({ completeReason }) => completeReason === 0);
    if (!whole) throw new Error("not answered yet");
    return whole;
  }, patienceMs);

/** One message that breaks off, and one with the whole answer. */
const expectAnsweredAgain = (im: ImSimulator): void => {
  expect(im.messages()).toMatchObject([
    { targetId: "u7", complete: true, completeReason: 1 },
    { targetId: "u7", complete: true, completeReason: 0, text: expect.stringContaining(question) },
  ]);
};

/** One message with the whole answer, in which nothing is missing or doubled. */
const expectAnsweredOnce = (im: ImSimulator): void => {
  expect(im.messages()).toMatchObject([{ targetId: "u7", complete: true, completeReason: 0 }]);
  expect(im.messages()[0]?.text).toMatch(new RegExp(`^Hello u7[^!]*! You said: ${question}$`));
};

/** A bridge that starts in this process blocks it for seconds, in which the simulators answer no one. */
const started = Promise.withResolvers<void>();

const startInThisProcess = async (im: ImSimulator, difyUrl: string) =>
  closeAfterAll(
    await startLocalBridge(
      {
        ...readSettings({
          APP_KEY: localApp.appKey,
          APP_SECRET: localApp.secret,
          PORT: "0",
          CONSOLE_PORT: "0",
        }),
        rongcloudApiUrl: im.url,
        realDify: { apiUrl: difyUrl, apiKey: "app-killed" },
      },
      { write: () => {}, writeLog: () => {}, isShared: false },
    ),
  );

// At the same time, since most of each is waiting.
test.concurrent("a turn whose process is killed in the middle of the answer goes on in the next process, in the same message", async () => {
  await started.promise;
  const { dify, im, askedAt, askAndWaitForText } = await setUp("1.16.1");
  const dataDir = await mkdtemp(join(tmpdir(), "bot-bridge-killed-"));
  closeAfterAll({ close: () => rm(dataDir, { recursive: true }) });
  const environment = {
    DATA_DIR: dataDir,
    RONGCLOUD_API_URL: im.url,
    DIFY_API_URL: dify.url,
    DIFY_API_KEY: "app-killed",
  };
  const first = await startBridge(environment);
  await askAndWaitForText(first.url);
  first.process.kill("SIGKILL");
  await first.ended;

  await startBridge(environment);
  await wholeAnswer(im);
  expectAnsweredOnce(im);
  expect(askedAt).toHaveLength(1);
}, 120_000);

test.concurrent("a turn whose worker dies in the middle of the answer goes on within 30 s, without asking Dify again", async () => {
  await started.promise;
  const { dify, im, askedAt, askAndWaitForText } = await setUp("1.16.1");
  const bridge = await startInThisProcess(im, dify.url);
  await askAndWaitForText(bridge.url);
  expect(bridge.crash()).toBe(1);

  await wholeAnswer(im);
  expectAnsweredOnce(im);
  expect(askedAt).toHaveLength(1);
}, 120_000);

test.concurrent("a turn whose worker dies is asked again within 30 s if Dify has no answer, and answered once", async () => {
  const { dify, im, askedAt, askAndWaitForText } = await setUp("1.12.1");
  const bridge = await startInThisProcess(im, dify.url).finally(started.resolve);
  await askAndWaitForText(bridge.url);
  const killedAt = Date.now();
  expect(bridge.crash()).toBe(1);

  await wholeAnswer(im);
  expect(askedAt).toHaveLength(2);
  expect((askedAt[1] ?? Number.NaN) - killedAt).toBeLessThan(resumesWithinMs);
  expectAnsweredAgain(im);
}, 120_000);
