import { beforeAll, expect, test } from "@jest/globals";
import { type DifySimulator, startDifySimulator } from "../../local/dify/server.ts";
import { type ImSimulator, startImSimulator } from "../../local/im/server.ts";
import { closeAfterAll } from "../support/close-after.ts";
import { eventually } from "../support/eventually.ts";
import { type RunningBridge, startBridge } from "../support/local-run.ts";
import { callApi, createBotAt, localApp, textMessage } from "../support/signed-call.ts";

let dify: DifySimulator;
let im: ImSimulator;
let bridge: RunningBridge;

beforeAll(async () => {
  dify = closeAfterAll(await startDifySimulator());
  im = closeAfterAll(await startImSimulator({ appKey: localApp.appKey, appSecret: localApp.secret }));
  bridge = await startBridge({ RONGCLOUD_API_URL: im.url });
  dify.configure("app-merge", { version: "1.16.1", paceMs: 1 });
  await createBotAt(bridge.url, "bot-merge", {
    type: "dify_chatflow",
    callbackUrl: dify.url,
    auth: { apiKey: "app-merge" },
    options: { merge: {}, commands: { help: ["/help"], helpText: "Ask me about refunds." } },
  });
}, 60_000);

const say = (user: string, text: string) =>
  callApi(bridge.url, "/message/private/publish.json", textMessage(user, "bot-merge", text));
const answersTo = (user: string) =>
  im.messages().filter(({ targetId, complete }) => targetId === user && complete);
const questionsOf = (user: string) =>
  dify.requests
    .filter(({ path }) => path === "/v1/chat-messages")
    .map(({ body }) => body as { user: string; query: string })
    .filter((body) => body.user === user)
    .map(({ query }) => query);

test.concurrent("three quick messages are one question, with one answer, and what comes later is another", async () => {
  for (const text of ["I have a question", "about my order", "where is it?"]) await say("user-quick", text);
  await eventually(() => expect(answersTo("user-quick")).toHaveLength(1));
  expect(answersTo("user-quick")[0]?.text).toContain("where is it?");
  await say("user-quick", "thank you");
  await eventually(() => expect(answersTo("user-quick")).toHaveLength(2));
  expect(questionsOf("user-quick")).toEqual(["I have a question\nabout my order\nwhere is it?", "thank you"]);
  const merged = bridge.stderr().match(/"event":"job_merged"/g);
  expect(merged).toHaveLength(2);
});

test.concurrent("a command is not merged into a question", async () => {
  for (const text of ["What can you do?", "/help"]) await say("user-help", text);
  await eventually(() => expect(answersTo("user-help")).toHaveLength(2));
  expect(questionsOf("user-help")).toEqual(["What can you do?"]);
  expect(answersTo("user-help")[1]?.text).toBe("Ask me about refunds.");
});
