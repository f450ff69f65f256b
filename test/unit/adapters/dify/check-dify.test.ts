import { describe, expect, test } from "@jest/globals";
import { makeCheckDify } from "#adapters/dify/check-dify.ts";
import { difyTimeouts } from "#adapters/dify/dify-timeouts.ts";
import { makeHttpClient } from "#adapters/http/http-client.ts";
import { systemClock } from "#adapters/node/system-clock.ts";
import type { IntegrationReport } from "#core/bot/integration-report.ts";
import { type DifyType, difyTypes } from "#core/bot/integration-types.ts";
import { recording } from "../../../support/recordings.ts";
import { bot, difyIntegration } from "../../../support/turns.ts";
import { withServer } from "../http/servers.ts";

interface Answer {
  readonly status: number;
  readonly body: string | Buffer;
  readonly headers?: Record<string, string>;
}

const apiKey = "app-key-of-the-test";
const json = (status: number, body: object): Answer => ({ status, body: JSON.stringify(body) });
const recorded = (name: string): Answer => recording(name);

/** Tests an app at a server that answers `/info` and `/parameters` in this way; undefined: never. */
const check = async (
  info: Answer | undefined,
  parameters: Answer | undefined,
  {
    type = "dify_chatflow",
    publicOnly = false,
    callbackUrl,
    limitMs = 2_000,
  }: { type?: DifyType; publicOnly?: boolean; callbackUrl?: string; limitMs?: number } = {},
): Promise<IntegrationReport> => {
  let report: IntegrationReport = { checks: [] };
  await withServer(
    ({ url }, response) => {
      const answer = url?.endsWith("/info") ? info : parameters;
      if (answer) response.writeHead(answer.status, answer.headers).end(answer.body);
    },
    async (server) => {
      const sendHttp = makeHttpClient({ publicOnly, clock: systemClock });
      const integration = difyIntegration({ type, apiKey, callbackUrl: callbackUrl ?? `${server.url}/v1` });
      const timeouts = { ...difyTimeouts, refusalMs: limitMs };
      report = await makeCheckDify({ sendHttp, clock: systemClock, timeouts })({
        integration,
        bot: bot(),
        deadline: Date.now() + limitMs,
        signal: AbortSignal.timeout(limitMs),
      });
    },
  )();
  return report;
};

const chatflow = json(200, { name: "App", description: "Helps.", mode: "advanced-chat" });
const noInputs = json(200, { user_input_form: [], file_upload: { enabled: false } });
const faults = ({ checks }: IntegrationReport) => checks.filter(({ ok }) => !ok);

describe("an app of a real Dify", () => {
  test("of 1.12 fits, with the inputs that it declares", async () => {
    const report = await check(recorded("1.12.1/get-v1-info"), recorded("1.12.1/get-v1-parameters"));
    expect(faults(report)).toEqual([]);
    expect(report).toMatchObject({
      app: { name: "echo-chatflow", mode: "advanced-chat" },
      inputs: [
        { name: "nick", type: "text-input", required: false, maxLength: 8, filledBy: null, fault: null },
        { name: "level", type: "number", maxLength: null },
        { name: "lang", type: "select", options: ["en", "zh"] },
      ],
    });
  });

  test("of 0.15 does not say its mode, which is no fault", async () => {
    const version = "0.15.3/get-v1";
    const report = await check(recorded(`${version}-info-chat`), recorded(`${version}-parameters-chat`));
    expect(faults(report)).toEqual([]);
    expect(report).toMatchObject({ app: { mode: null }, inputs: [{ name: "nick", maxLength: 8 }] });
    expect(report.checks.at(-1)?.detail).toBe(
      "The app accepts no files: a question with a file is not answered.",
    );
  });

  test("of 1.16 with a required input that nothing fills would refuse questions", async () => {
    const report = await check(recorded("1.16.1/O-required-info"), recorded("1.16.1/O-required-parameters"));
    expect(faults(report)).toMatchObject([
      { name: "inputs", detail: expect.stringMatching(/nick is required/) },
    ]);
  });

  test("of 1.16 that accepts files says which", async () => {
    const report = await check(recorded("1.16.1/O-vision-info"), recorded("1.16.1/O-vision-parameters"));
    expect(report.checks.at(-1)).toEqual({
      name: "files",
      ok: true,
      detail: "The app accepts files (image, document), 3 at most.",
    });
  });

  test("of 1.16 that was never published cannot be asked", async () => {
    const report = await check(
      recorded("1.16.1/O-unpublished-info"),
      recorded("1.16.1/O-unpublished-parameters"),
    );
    expect(faults(report)).toMatchObject([
      { name: "published", detail: expect.stringMatching(/^400: .*Publish/) },
    ]);
  });

  test("whose API is turned off says where to turn it on", async () => {
    const disabled = recorded("1.16.1/chat-api-disabled");
    const report = await check(disabled, disabled);
    expect(faults(report)).toMatchObject([{ name: "published", detail: expect.stringMatching(/^403: /) }]);
  });
});

test.each([
  ["chat", ["dify_chat", "dify_chatflow", "dify_agent"]],
  ["advanced-chat", ["dify_chat", "dify_chatflow", "dify_agent"]],
  ["agent-chat", ["dify_chat", "dify_chatflow", "dify_agent"]],
  ["completion", ["dify_completion"]],
  ["workflow", ["dify_workflow"]],
])("an app of mode %s fits the types that call its path, and no others", async (mode, fitting) => {
  for (const type of difyTypes) {
    const report = await check(json(200, { name: "App", mode }), noInputs, { type });
    const isFault = faults(report).some(({ name }) => name === "mode");
    expect([type, isFault]).toEqual([type, !fitting.includes(type)]);
  }
});

describe("a server that is no working Dify", () => {
  test.each<[string, Answer, string, RegExp]>([
    ["a page of something else", { status: 200, body: "<html>hello</html>" }, "reachable", /^200: .*\/v1/],
    ["no such path", { status: 404, body: "<!doctype html>" }, "reachable", /^404: .*\/v1/],
    ["another API", json(200, { status: "ok" }), "reachable", /not the API of a Dify app/],
    [
      "a redirect",
      { status: 308, body: "", headers: { location: "http://10.1.2.3/v1" } },
      "reachable",
      /redirects/,
    ],
    ["a proxy without a server", { status: 502, body: "upstream 10.1.2.3 is down" }, "reachable", /^502: /],
    ["an overloaded server", json(429, { code: "too_many_requests" }), "reachable", /^429: /],
    [
      "a wrong key",
      json(401, { code: "unauthorized", message: `no ${apiKey}` }),
      "key",
      /^401: .*API Access/,
    ],
  ])("is told apart: %s", async (_name, answer, name, detail) => {
    const report = await check(answer, answer);
    expect(faults(report)).toEqual([{ name, ok: false, detail: expect.stringMatching(detail) }]);
    // What the server said, where it is and the key are not for the caller.
    expect(JSON.stringify(report)).not.toMatch(/10\.1\.2\.3|hello|doctype|app-key-of-the-test/);
  });

  test("that never answers ends the test in time", async () => {
    const report = await check(undefined, undefined, { limitMs: 200 });
    expect(faults(report)).toMatchObject([{ name: "reachable", detail: expect.stringMatching(/in time/) }]);
  });

  test("that sends a body without an end ends the test in time", async () => {
    const endless = { status: 200, body: "", headers: { "content-length": "9" } };
    const report = await check(endless, endless, { limitMs: 200 });
    expect(faults(report)).toMatchObject([{ name: "reachable" }]);
  });

  test("in a private network is not called, by address or by name", async () => {
    for (const callbackUrl of ["http://127.0.0.1:9/v1", "http://localhost:9/v1"]) {
      const report = await check(chatflow, noInputs, { publicOnly: true, callbackUrl });
      expect(faults(report)).toMatchObject([
        { name: "reachable", detail: expect.stringMatching(/not public/) },
      ]);
    }
  });

  test("that answers only the first of both calls is reported as it is", async () => {
    const report = await check(chatflow, { status: 500, body: "" });
    expect(report).toMatchObject({ app: { name: "App", mode: "advanced-chat" } });
    expect(faults(report)).toMatchObject([{ name: "published", detail: expect.stringMatching(/^500: /) }]);
  });
});

test("a server that returns the key in every text shows it to nobody", async () => {
  const input = { "text-input": { variable: "nick", label: apiKey, type: apiKey, options: [apiKey] } };
  const report = await check(
    json(200, { name: apiKey, description: `x${apiKey}x`, mode: apiKey }),
    json(200, { user_input_form: [input], file_upload: { enabled: true, allowed_file_types: [apiKey] } }),
  );
  expect(JSON.stringify(report)).not.toContain(apiKey);
  expect(report).toMatchObject({ app: { name: "****", description: "x****x" }, inputs: [{ label: "****" }] });
});

test("what an app calls itself is cut off, and so is its list of inputs", async () => {
  const input = (at: number) => ({ paragraph: { variable: `v${at}`, label: "l".repeat(10_000) } });
  const report = await check(
    json(200, { name: "n".repeat(10_000), mode: "chat", description: "d".repeat(10_000) }),
    json(200, { user_input_form: Array.from({ length: 500 }, (_, at) => input(at)) }),
  );
  expect(report.inputs).toHaveLength(100);
  expect(JSON.stringify(report).length).toBeLessThan(60_000);
});
