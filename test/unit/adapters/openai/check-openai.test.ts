import { beforeAll, describe, expect, test } from "@jest/globals";
import { makeHttpClient } from "#adapters/http/http-client.ts";
import { systemClock } from "#adapters/node/system-clock.ts";
import { makeOpenAiModel } from "#adapters/openai/openai-model.ts";
import { openAiTimeouts } from "#adapters/openai/openai-timeouts.ts";
import type { IntegrationReport } from "#core/bot/integration-report.ts";
import { type OpenAiSimulator, startOpenAiSimulator } from "../../../../local/openai/server.ts";
import { closeAfterAll } from "../../../support/close-after.ts";
import { eventually } from "../../../support/eventually.ts";
import { bot, openAiIntegration } from "../../../support/turns.ts";
import { withServer } from "../http/servers.ts";

let openai: OpenAiSimulator;
beforeAll(async () => {
  openai = closeAfterAll(await startOpenAiSimulator({ paceMs: 5 }));
});

const check = async (
  apiKey: string,
  {
    callbackUrl = openai.url,
    model = "simulated-model",
    limitMs = 5_000,
    publicOnly = false,
  }: { callbackUrl?: string; model?: string; limitMs?: number; publicOnly?: boolean } = {},
): Promise<IntegrationReport> => {
  const sendHttp = makeHttpClient({ publicOnly, clock: systemClock });
  const { check: run } = makeOpenAiModel({ sendHttp, clock: systemClock, timeouts: openAiTimeouts });
  const deadline = Date.now() + limitMs;
  const signal = AbortSignal.timeout(limitMs);
  const integration = openAiIntegration({ callbackUrl, apiKey, options: { model } });
  return (await run?.({ integration, bot: bot(), deadline, signal })) ?? { checks: [] };
};

const methodsOf = (key: string): string[] =>
  openai.requests.flatMap((request) => (request.key === key ? [request.method] : []));
const outcomes = ({ checks }: IntegrationReport) => checks.map(({ name, ok }) => [name, ok]);

describe("a model", () => {
  test("that the API lists is not asked: the test costs nothing", async () => {
    expect(outcomes(await check("sk-listed"))).toEqual([
      ["reachable", true],
      ["key", true],
      ["model", true],
    ]);
    expect(methodsOf("sk-listed")).toEqual(["GET"]);
  });

  test("that the API does not list is asked, and says what is wrong", async () => {
    const report = await check("sk-unknown", { model: "gpt-x" });
    expect(report.checks.at(-1)).toEqual({
      name: "answer",
      ok: false,
      detail:
        "The model did not answer (HTTP 404 model_not_found): the server refuses the question; check the API key, the base URL and the options.",
    });
    expect(methodsOf("sk-unknown")).toEqual(["GET", "POST"]);
  });

  test("of a server that has no list is asked a word, and cut off as soon as it answers", async () => {
    let isClosed = false;
    await withServer(
      (request, response) => {
        if (request.url?.endsWith("/models")) return void response.writeHead(404).end();
        response.writeHead(200, { "content-type": "text/event-stream" });
        const delta = `data: ${JSON.stringify({ choices: [{ index: 0, delta: { content: "Hi" } }] })}\n\n`;
        response.write(delta);
        response.once("close", () => {
          isClosed = true;
        });
      },
      async ({ url }) => {
        expect(outcomes(await check("sk-any", { callbackUrl: url }))).toEqual([
          ["reachable", true],
          ["answer", true],
        ]);
        await eventually(() => expect(isClosed).toBe(true));
      },
    )();
  });
});

describe("a server", () => {
  test("that rejects the key says so", async () => {
    expect((await check("wrong")).checks.at(-1)).toMatchObject({ name: "key", ok: false });
  });

  test.each([
    [
      "in a private network is not called",
      { publicOnly: true, callbackUrl: "http://127.0.0.1:9/v1" },
      /not public/,
    ],
    ["that nobody runs", { callbackUrl: "http://127.0.0.1:9/v1" }, /refused/],
    ["whose name nobody knows", { callbackUrl: "http://no-such-host.invalid/v1" }, /host name is unknown/],
  ])("%s", async (_name, given, detail) => {
    const { checks } = await check("sk-any", given);
    expect(checks).toEqual([{ name: "reachable", ok: false, detail: expect.stringMatching(detail) }]);
  });

  test("whose list never ends is asked within the time", async () => {
    await withServer(
      (request, response) => {
        if (!request.url?.endsWith("/models")) return void response.writeHead(503).end();
        response.writeHead(200, { "content-type": "application/json" });
        response.write('{"data":[');
      },
      async ({ url }) => {
        const startedAt = Date.now();
        expect(outcomes(await check("sk-any", { callbackUrl: url, limitMs: 500 })).at(-1)).toEqual([
          "answer",
          false,
        ]);
        expect(Date.now() - startedAt).toBeLessThan(3_000);
      },
    )();
  });
});
