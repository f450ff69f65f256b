import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { describe, expect, test } from "@jest/globals";
import { eventually } from "../support/eventually.ts";
import { run, startBridge } from "../support/local-run.ts";
import { callApi, textMessage } from "../support/signed-call.ts";

const npmStart = ["npm", "start", "--silent"] as const;

/** Whether any process of the group is left. */
const isLeft = (groupId: number | undefined): boolean => {
  try {
    return groupId !== undefined && process.kill(-groupId, 0);
  } catch {
    return false;
  }
};

describe("npm start", () => {
  test("is ready with one line that says where, and Ctrl-C leaves nothing running", async () => {
    const start = run(npmStart, { PORT: "0" });
    const [, url = ""] = await start.shows(/^ready (http:\/\/127\.0\.0\.1:\d+)$/m);
    expect((await fetch(`${url}/nowhere`)).status).toBe(404);
    const ended = await start.interrupt();
    expect(ended.stdout.match(/^ready/gm)).toHaveLength(1);
    await eventually(() => expect(isLeft(start.process.pid)).toBe(false));
    await expect(fetch(url)).rejects.toThrow();
  }, 60_000);

  test("that loses its starter, however it went, leaves nothing running", async () => {
    const start = run([process.execPath, "scripts/run.mjs", "local/main.ts"], { PORT: "0" });
    await start.shows(/^ready/m);
    start.process.kill("SIGKILL");
    await eventually(() => expect(isLeft(start.process.pid)).toBe(false));
  }, 60_000);
});

test("npm that is killed by itself, as a supervisor does, leaves nothing running", async () => {
  const start = run(npmStart, { PORT: "0" });
  await start.shows(/^ready/m);
  start.process.kill("SIGKILL");
  await eventually(() => expect(isLeft(start.process.pid)).toBe(false));
}, 60_000);

test("a start whose starter dies before it is ready leaves nothing running either", async () => {
  const start = run([process.execPath, "scripts/run.mjs", "local/main.ts"], { PORT: "0" });
  await delay(800);
  start.process.kill("SIGKILL");
  await eventually(() => expect(isLeft(start.process.pid)).toBe(false));
});

describe("what is wrong at the start is one clear line and exit 1", () => {
  test("a port in use", async () => {
    const neighbour = createServer().listen(0, "127.0.0.1");
    await once(neighbour, "listening");
    const address = neighbour.address();
    const port = typeof address === "object" ? String(address?.port) : "";
    const { code, stderr, stdout } = await run([process.execPath, "local/main.ts"], { PORT: port }).ended;
    neighbour.close();
    expect({ code, stderr, stdout }).toEqual({
      code: 1,
      stderr: `Port ${port} is in use: stop what uses it, or give another by PORT (0 for any).\n`,
      stdout: "",
    });
  }, 60_000);

  test.each([
    [{ PORT: "http" }, "PORT must be a port, 0 for any\n"],
    [{ RONGCLOUD_API_URL: "nowhere" }, "RONGCLOUD_API_URL must be an http or https URL\n"],
    [{ DIFY_API_KEY: "app-x" }, "DIFY_API_URL and DIFY_API_KEY go together: give both or neither\n"],
    [{ SQS_ENDPOINT: "http://127.0.0.1:9" }, "SQS_ENDPOINT: nobody answers at http://127.0.0.1:9\n"],
    [{ DATA_DIR: "package.json" }, "DATA_DIR package.json is no folder that can be written to (EEXIST)\n"],
    [
      { DIFY_API_URL: "http://127.0.0.1:9/v1", DIFY_API_KEY: "app-x" },
      "DIFY_API_URL: nobody answers at http://127.0.0.1:9/v1/info\n",
    ],
  ])(
    "%o",
    async (environment, line) => {
      const { code, stderr } = await run([process.execPath, "local/main.ts"], environment).ended;
      expect({ code, stderr }).toEqual({ code: 1, stderr: line });
    },
    60_000,
  );

  test("a Node that is too old", async () => {
    const pretend = 'data:text/javascript,Object.defineProperty(process.versions,"node",{value:"18.19.0"})';
    const command = [process.execPath, "--import", pretend, "scripts/run.mjs", "local/main.ts"] as const;
    const { code, stderr } = await run(command).ended;
    expect({ code, stderr }).toEqual({
      code: 1,
      stderr: "This needs Node 20 or later, and this is Node 18.19.0.\n",
    });
  });
});

describe("a run as strict as a deployed one, with a DATA_DIR", () => {
  const guideBot = (callbackUrl: string): object => ({
    userId: "bot-001",
    name: "Helpdesk",
    type: "assistant",
    profileUrl: "https://example.com/bot.png",
    integrations: [{ type: "dify_chatflow", callbackUrl, auth: { apiKey: "app-from-dify" } }],
  });
  const create = async (url: string, callbackUrl: string) =>
    (await callApi(url, "/v3/bot/create.json", guideBot(callbackUrl))).body;

  test("refuses private callback URLs, answers the guide's bot, and still has it in the next run", async () => {
    const dataDir = await mkdtemp(join(tmpdir(), "bot-bridge-data-"));
    const environment = { DATA_DIR: dataDir, ALLOW_PRIVATE_CALLBACKS: "0" };
    const first = await startBridge(environment);
    expect(await create(first.url, "http://127.0.0.1/v1")).toMatchObject({ code: 1002 });
    expect(await create(first.url, "https://api.dify.ai/v1")).toEqual({ code: 200 });
    await first.interrupt();

    const second = await startBridge(environment);
    expect(await create(second.url, "https://api.dify.ai/v1")).toMatchObject({ code: 1002 });
    await callApi(second.url, "/message/private/publish.json", textMessage("u7", "bot-001", "still there?"));
    await second.shows(/^bot-001 → u7 {2}.*still there\?/m);
    await second.interrupt();
    await rm(dataDir, { recursive: true });
  }, 90_000);
});
