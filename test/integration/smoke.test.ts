import { beforeAll, describe, expect, test } from "@jest/globals";
import { type DifySimulator, startDifySimulator } from "../../local/dify/server.ts";
import { startHttpServer } from "../../local/http-server.ts";
import { closeAfterAll, closeAfterEach } from "../support/close-after.ts";
import { failAfter } from "../support/dify-scripts.ts";
import { type Ended, type RunningBridge, run, startBridge } from "../support/local-run.ts";
import { callApi } from "../support/signed-call.ts";

let dify: DifySimulator;
let bridge: RunningBridge;
beforeAll(async () => {
  dify = closeAfterAll(await startDifySimulator({ paceMs: 5 }));
  bridge = await startBridge();
}, 60_000);

const smoke = (args: readonly string[], environment: Record<string, string> = {}): Promise<Ended> =>
  run([process.execPath, "scripts/smoke.ts", ...args], environment).ended;
const smokeHere = (environment: Record<string, string> = {}): Promise<Ended> =>
  smoke(["--url", `${bridge.url}/`], environment);

const marksOf = ({ stdout }: Ended): string[] =>
  stdout
    .trimEnd()
    .split("\n")
    .map((line) => line.replace(/ {2}\d+ ms .*$/, ""));

const botsLeft = async (): Promise<string[]> => {
  const { body } = await callApi(bridge.url, "/v3/bot/query.json", { pageSize: 100 });
  const { bots } = JSON.parse(JSON.stringify(body));
  return bots.map(({ userId }: { userId: string }) => userId).filter((id: string) => id.startsWith("smoke-"));
};

const allSteps = [
  "ok   health",
  "ok   token",
  "ok   create",
  "ok   message",
  "ok   chat",
  "ok   turn",
  "ok   get",
  "ok   query",
  "ok   delete",
];

describe("the smoke test", () => {
  test("walks the guide against the local bridge, one line per step, and leaves nothing behind", async () => {
    const ended = await smokeHere();
    expect(ended).toMatchObject({ code: 0, stderr: "" });
    expect(marksOf(ended)).toEqual(allSteps);
    expect(ended.stdout).toMatch(
      /^ok {3}chat {2}\d+ ms {2}\d+ characters in \d\d deltas, first after \d+ ms$/m,
    );
    expect(await botsLeft()).toEqual([]);
  });

  test("uses the Dify that it is given", async () => {
    dify.configure("app-of-the-smoke", {});
    const ended = await smokeHere({ DIFY_API_URL: dify.url, DIFY_API_KEY: "app-of-the-smoke" });
    expect(marksOf(ended)).toEqual(allSteps);
    expect(dify.requests.filter(({ path }) => path.endsWith("/chat-messages"))).toHaveLength(2);
  });

  test("exits with 1 at the step that fails, prints the reply, and deletes its bot", async () => {
    dify.configure("app-that-breaks", { script: failAfter([]) });
    const ended = await smokeHere({ DIFY_API_URL: dify.url, DIFY_API_KEY: "app-that-breaks" });
    expect(ended.code).toBe(1);
    expect(marksOf(ended)).toEqual([...allSteps.slice(0, 4), "FAIL chat"]);
    expect(ended.stdout).toMatch(/^FAIL chat {2}\d+ ms {2}model: Sorry, /m);
    expect(await botsLeft()).toEqual([]);
  });

  test("prints the reply if the secret is wrong, and not the secret", async () => {
    const ended = await smokeHere({ APP_SECRET: "a-secret-of-another" });
    expect(ended.code).toBe(1);
    expect(marksOf(ended)).toEqual(["ok   health", "FAIL token"]);
    expect(ended.stdout).toMatch(/POST \/user\/getToken\.json: 401 \{"code":1004,/);
    expect(ended.stdout + ended.stderr).not.toContain("a-secret-of-another");
  });

  test("does not print a secret that is part of a reply", async () => {
    const echo = closeAfterEach(
      await startHttpServer(0, async (request, response) => {
        if (request.url === "/dev/health") response.end("{}");
        else response.writeHead(500).end("what is local-app-secret?\u001b[2J");
      }),
    );
    const ended = await smoke(["--url", `${echo.url}/dev`]);
    expect(ended.code).toBe(1);
    expect(ended.stdout).toMatch(
      /^FAIL token {2}\d+ ms {2}POST \/dev\/user\/getToken\.json: 500 what is \*\*\*\? \[2J$/m,
    );
  });

  test("reports that nothing answers at the address", async () => {
    const gone = await startHttpServer(0, async () => {});
    await gone.close();
    const ended = await smoke(["--url", gone.url]);
    expect(ended.code).toBe(1);
    expect(ended.stdout).toMatch(/^FAIL health {2}\d+ ms {2}GET \/health: no response: .*ECONNREFUSED/m);
  });

  test.each([
    [[], {}, "--url must be the bridge's URL"],
    [["--url", "ftp://example.com"], {}, "--url must be the bridge's URL"],
    [["--url", "http://example.com"], {}, "--url must be https, except for localhost"],
    [["--url", "https://example.com"], {}, "APP_KEY and APP_SECRET must be those of an app"],
    [
      ["--url", "http://127.0.0.1:1"],
      { DIFY_API_URL: "https://x.example" },
      "DIFY_API_URL and DIFY_API_KEY go together",
    ],
    [["--nonsense"], {}, "Unknown option '--nonsense'"],
  ])("says in one line what is wrong with %j", async (args, environment, what) => {
    const ended = await smoke(args, environment);
    expect(ended).toMatchObject({ code: 1, stdout: "" });
    expect(ended.stderr).toMatch(/^[^\n]+\n$/);
    expect(ended.stderr).toContain(what);
  });
});
