import { setTimeout as delay } from "node:timers/promises";
import { beforeAll, describe, expect, test } from "@jest/globals";
import * as v from "valibot";
import { testReply } from "../../functions/integration-test/test-reply.ts";
import { type AppServerSimulator, startAppServerSimulator } from "../../local/app-server/server.ts";
import { type DifySimulator, type ProfileInput, startDifySimulator } from "../../local/dify/server.ts";
import { type OpenAiSimulator, startOpenAiSimulator } from "../../local/openai/server.ts";
import { closeAfterAll } from "../support/close-after.ts";
import { type RunningBridge, startBridge } from "../support/local-run.ts";
import { callApi, createBotAt, localApp, type Reply } from "../support/signed-call.ts";

const path = "/v3/bot/integration/test.json";

let dify: DifySimulator;
let openai: OpenAiSimulator;
let appServer: AppServerSimulator;
let bridge: RunningBridge;

beforeAll(async () => {
  dify = closeAfterAll(await startDifySimulator());
  openai = closeAfterAll(await startOpenAiSimulator());
  const app = { appKey: localApp.appKey, appSecret: localApp.secret };
  appServer = closeAfterAll(await startAppServerSimulator(app));
  bridge = await startBridge();
}, 60_000);

/** Waits while the route has too many requests: its rate is low. */
const call = async (body: object): Promise<Reply> => {
  for (;;) {
    const reply = await callApi(bridge.url, path, body);
    if (reply.status !== 429) return reply;
    await delay(250);
  }
};

const tested = async (body: object): Promise<v.InferOutput<typeof testReply>> => {
  const reply = await call(body);
  expect(reply).toMatchObject({ status: 200, body: { code: 200 } });
  return v.parse(testReply, reply.body);
};

const draftOf = (given: object) => ({ integration: { callbackUrl: dify.url, ...given } });
const difyDraft = (apiKey: string, type = "dify_chatflow") => draftOf({ type, auth: { apiKey } });

/** The first check that failed. */
const fault = async (body: object) => (await tested(body)).checks.find(({ ok }) => !ok);

describe("a Dify app", () => {
  const app = (key: string, profile: ProfileInput): object => {
    dify.configure(key, profile);
    return difyDraft(key);
  };

  test("that fits is described, with each input and what fills it, also before the bot exists", async () => {
    const draft = app("app-fits", {
      inputs: [
        { "text-input": { variable: "tone", label: "Tone", required: true, max_length: 48 } },
        { paragraph: { variable: "data_content", label: "Content", required: true } },
      ],
    });
    expect(await tested({ ...draft, metadata: { tone: "formal" } })).toEqual({
      ok: true,
      checks: [
        { name: "reachable", ok: true, detail: "Dify answers." },
        { name: "key", ok: true, detail: "Dify knows the API key." },
        {
          name: "mode",
          ok: true,
          detail: 'The app\'s mode is "advanced-chat", which dify_chatflow can ask.',
        },
        { name: "published", ok: true, detail: "The app is published." },
        { name: "inputs", ok: true, detail: "The app declares 2 inputs, of which the bridge fills 2." },
        { name: "files", ok: true, detail: "The app accepts files (image, document), 3 at most." },
      ],
      app: { name: "simulator", mode: "advanced-chat", description: "" },
      inputs: [
        expect.objectContaining({ name: "tone", maxLength: 48, filledBy: "metadata.tone", fault: null }),
        expect.objectContaining({ name: "data_content", maxLength: null, filledBy: "data.content" }),
      ],
    });
  });

  test("with another key is rejected with what to do", async () => {
    expect(await fault(difyDraft("wrong-key"))).toEqual({
      name: "key",
      ok: false,
      detail: "401: the API key was rejected. Copy an API key of the app from Dify: API Access, API Key.",
    });
  });

  test("of another mode names the type that it needs", async () => {
    const draft = app("app-flow", { mode: "workflow" });
    expect(await fault(draft)).toMatchObject({
      name: "mode",
      detail: expect.stringContaining("dify_workflow"),
    });
  });

  test("with a required input that nothing fills, and one that is too short, would refuse questions", async () => {
    const inputs = [
      { "text-input": { variable: "tone", required: true } },
      { "text-input": { variable: "data_content", max_length: 48 } },
    ];
    const report = await tested(app("app-inputs", { inputs }));
    expect(report).toMatchObject({
      ok: false,
      inputs: [
        { name: "tone", filledBy: null, fault: "missing" },
        { name: "data_content", filledBy: "data.content", fault: "too_short" },
      ],
    });
    expect(report.checks.find(({ ok }) => !ok)?.detail).toBe(
      "Dify would refuse questions: tone is required, and nothing fills it: add metadata tone to the bot, or make it optional; data_content allows 48 characters, and data.content can have more: raise its limit, or make it a paragraph.",
    );
  });

  test("that was never published says so", async () => {
    expect(await fault(app("app-draft", { isPublished: false }))).toMatchObject({ name: "published" });
  });
});

describe("an address", () => {
  test("without a server is unreachable", async () => {
    const closed = "http://127.0.0.1:9/v1";
    expect(await fault(draftOf({ ...difyDraft("app-x").integration, callbackUrl: closed }))).toEqual({
      name: "reachable",
      ok: false,
      detail: "The connection was refused: check the port, and that the server runs.",
    });
  });

  test("of something else than Dify is no Dify", async () => {
    const other = { ...difyDraft("app-x").integration, callbackUrl: openai.url };
    expect(await fault(draftOf(other))).toMatchObject({ name: "reachable" });
  });
});

describe("an OpenAI-compatible API", () => {
  const draft = (apiKey: string, model: string) =>
    draftOf({ type: "openai", callbackUrl: openai.url, auth: { apiKey }, options: { model } });

  test("that lists the model is not asked, and one that does not know it is", async () => {
    expect(await tested(draft("sk-listed", "simulated-model"))).toMatchObject({ ok: true });
    expect(openai.requests.filter(({ key }) => key === "sk-listed").map(({ method }) => method)).toEqual([
      "GET",
    ]);
    expect(await fault(draft("sk-listed", "another-model"))).toMatchObject({
      name: "answer",
      detail: expect.stringContaining("HTTP 404 model_not_found"),
    });
  });

  test("rejects another key", async () => {
    expect(await fault(draft("wrong", "simulated-model"))).toMatchObject({ name: "key" });
  });
});

describe("a webhook", () => {
  const draft = (pathname: string) =>
    draftOf({ type: "webhook", callbackUrl: `${appServer.url}${pathname}` });

  test("gets a test event that is signed as others are", async () => {
    expect(await tested(draft("/ping"))).toMatchObject({ ok: true, checks: [{}, { name: "accepted" }] });
    expect(appServer.received().at(-1)).toMatchObject({
      path: "/ping",
      envelope: { type: "bridge:ping", bot: { userId: "draft" } },
      signatures: { query: "good", headers: "good" },
      headers: { "webhook-id": expect.stringMatching(/^ping_/) },
    });
  });

  test("that answers 500 is told what would become of an event", async () => {
    appServer.behave({ path: "/broken", status: 500, body: "secret stack trace" });
    expect(await fault(draft("/broken"))).toEqual({
      name: "accepted",
      ok: false,
      detail: expect.stringMatching(
        /^500 after \d+ ms: .* sent again for 15 minutes, and then goes to the dead letters\.$/,
      ),
    });
  });
});

describe("a stored integration", () => {
  beforeAll(async () => {
    dify.configure("app-stored-key-of-the-bot", { mode: "chat" });
    const auth = { apiKey: "app-stored-key-of-the-bot" };
    await createBotAt(bridge.url, "bot-tested", { type: "dify_chat", callbackUrl: dify.url, auth });
  });

  test("is tested with the stored key, which no reply has", async () => {
    const reply = await call({ userId: "bot-tested", type: "dify_chat" });
    expect(reply.body).toMatchObject({ code: 200, ok: true, app: { mode: "chat" } });
    expect(JSON.stringify(reply.body)).not.toContain("app-stored-key-of-the-bot");
    expect(dify.requests.some(({ key }) => key === "app-stored-key-of-the-bot")).toBe(true);
  });

  const draft = (callbackUrl: string, apiKey = "app-****-bot") => ({
    userId: "bot-tested",
    integration: { type: "dify_chat", callbackUrl, auth: { apiKey } },
  });

  test("can be tested with changes before they are stored, and keeps its key at its origin", async () => {
    expect(await tested(draft(dify.url))).toMatchObject({ ok: true });
    const elsewhere = await call(draft(`${openai.url}/v1`));
    expect(elsewhere).toMatchObject({
      status: 400,
      body: {
        code: 1002,
        errorMessage: expect.stringMatching(
          /^integration\.auth\.apiKey: must be given again when callbackUrl/,
        ),
      },
    });
    expect(openai.requests.some(({ key }) => key === "app-stored-key-of-the-bot")).toBe(false);
  });

  test.each([
    ["unknown bot", { userId: "nobody", type: "webhook" }, 'userId: no bot has this id, got "nobody"'],
    [
      "unknown integration",
      { userId: "bot-tested", type: "webhook" },
      'type: this bot has no integration of this type, got "webhook"',
    ],
  ])("%s is a 400 that names the field", async (_name, body, errorMessage) => {
    expect(await call(body)).toMatchObject({ status: 400, body: { errorMessage } });
  });
});
