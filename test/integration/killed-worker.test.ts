import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "@jest/globals";
import { startStandInDify } from "../../local/dify/server.ts";
import { startStandInIm } from "../../local/im/server.ts";
import { eventually } from "../support/eventually.ts";
import { startBridge } from "../support/local-run.ts";
import { callApi, localApp, textMessage } from "../support/signed-call.ts";

/** A killed worker's job comes back when its hold has run out: 25 s after the last heartbeat. */
const resumesWithinMs = 30_000;

test("a turn whose worker is killed in the middle of the answer is answered whole by another", async () => {
  const dataDir = await mkdtemp(join(tmpdir(), "bot-bridge-killed-"));
  const dify = await startStandInDify({ paceMs: 150 });
  const im = await startStandInIm({ appKey: localApp.appKey, appSecret: localApp.secret });
  const environment = {
    DATA_DIR: dataDir,
    RONGCLOUD_API_URL: im.url,
    DIFY_API_URL: dify.url,
    DIFY_API_KEY: "app-killed",
  };

  const first = await startBridge(environment);
  const question = "please tell me a long story of many words, one after the other";
  await callApi(first.url, "/message/private/publish.json", textMessage("u7", "bot-demo", question));
  await eventually(() => expect(im.messages()[0]?.chunks.length).toBeGreaterThan(1));
  first.process.kill("SIGKILL");
  await first.ended;
  expect(im.messages()[0]?.complete).toBe(false);

  const second = await startBridge(environment);
  const answer = await eventually(() => {
    const whole = im.messages().find(({ complete }) => complete);
    if (!whole) throw new Error(`not answered yet\n${second.stderr()}`);
    return whole;
  }, resumesWithinMs + 15_000);
  expect(answer).toMatchObject({ targetId: "u7", completeReason: 0 });
  expect(answer.text).toContain(question);
  expect(im.messages()).toHaveLength(2);

  await second.interrupt();
  await Promise.all([dify.close(), im.close(), rm(dataDir, { recursive: true })]);
}, 120_000);
