import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "@jest/globals";
import { closeAfterAll } from "../support/close-after.ts";
import { run, startBridge } from "../support/local-run.ts";
import { callApi, textMessage } from "../support/signed-call.ts";

describe("a run with a deployment's restrictions and a DATA_DIR", () => {
  const guideBot = (callbackUrl: string): object => ({
    userId: "bot-001",
    name: "Helpdesk",
    type: "assistant",
    profileUrl: "https://example.com/bot.png",
    integrations: [{ type: "dify_chatflow", callbackUrl, auth: { apiKey: "app-from-dify" } }],
  });
  const create = async (url: string, callbackUrl: string) =>
    (await callApi(url, "/v3/bot/create.json", guideBot(callbackUrl))).body;

  test("rejects private callback URLs, answers as the guide's bot, and still has it in the next run", async () => {
    const dataDir = await mkdtemp(join(tmpdir(), "bot-bridge-data-"));
    closeAfterAll({ close: () => rm(dataDir, { recursive: true }) });
    const environment = { DATA_DIR: dataDir, ALLOW_PRIVATE_CALLBACKS: "0" };
    const first = await startBridge(environment);
    expect(await create(first.url, "http://127.0.0.1/v1")).toMatchObject({ code: 1002 });
    expect(await create(first.url, "https://api.dify.ai/v1")).toEqual({ code: 200 });
    await first.interrupt();

    const second = await startBridge(environment);
    expect(await create(second.url, "https://api.dify.ai/v1")).toMatchObject({ code: 1002 });
    await callApi(second.url, "/message/private/publish.json", textMessage("u7", "bot-001", "still there?"));
    await second.shows(/^bot-001 → u7 {2}.*still there\?/m);
    const reseal = run([process.execPath, "scripts/reseal.ts", "--url", second.url]);
    expect(await reseal.ended).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/^API keys: 0 encrypted again, [1-9] already up to date, 0 failed\.\n/),
      stderr: "",
    });
    await second.interrupt();
  }, 90_000);
});
