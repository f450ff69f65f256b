import { beforeAll, describe, expect, test } from "@jest/globals";
import { type DifySimulator, startDifySimulator } from "../../local/dify/server.ts";
import type { ImMessage } from "../../local/im/messages.ts";
import { type ImSimulator, startImSimulator } from "../../local/im/server.ts";
import { closeAfterAll } from "../support/close-after.ts";
import { eventually } from "../support/eventually.ts";
import { type RunningBridge, startBridge } from "../support/local-run.ts";
import { callApi, createBotAt, localApp, textMessage } from "../support/signed-call.ts";

let dify: DifySimulator;
let im: ImSimulator;
let bridge: RunningBridge;

/** A minute of words: an answer that ends earlier was stopped. */
const endless = { kind: "deltas", deltas: Array.from({ length: 600 }, (_, at) => `word${at} `) } as const;

const commands = { stop: ["/stop"], reset: ["/reset"], help: ["/help"], helpText: "Ask me about refunds." };

beforeAll(async () => {
  dify = closeAfterAll(await startDifySimulator());
  im = closeAfterAll(await startImSimulator({ appKey: localApp.appKey, appSecret: localApp.secret }));
  bridge = await startBridge({ RONGCLOUD_API_URL: im.url });
  dify.configure("app-endless", { version: "1.16.1", reply: endless, paceMs: 100 });
  dify.configure("app-echo", { version: "1.16.1", paceMs: 1 });
  const bot = (type: string, apiKey: string) => ({
    type,
    callbackUrl: dify.url,
    auth: { apiKey },
    options: { commands, filter: { contains: ["please"] } },
  });
  await createBotAt(bridge.url, "bot-endless", bot("dify_chatflow", "app-endless"));
  await createBotAt(bridge.url, "bot-echo", bot("dify_chat", "app-echo"));
}, 60_000);

const say = (user: string, botId: string, text: string) =>
  callApi(bridge.url, "/message/private/publish.json", textMessage(user, botId, text));
const callChat = (what: string, body: object) => callApi(bridge.url, `/v3/bot/chat/${what}.json`, body);

const shownTo = (user: string): ImMessage[] => im.messages().filter(({ targetId }) => targetId === user);
const textsTo = (user: string): string[] => shownTo(user).map(({ text }) => text);
const hasBegun = (user: string) => eventually(() => expect(shownTo(user)).toHaveLength(1));
const hasStopped = (user: string) =>
  eventually(() => expect(shownTo(user)[0]).toMatchObject({ complete: true, completeReason: 2 }));
const questionsOf = (user: string) =>
  dify.requests
    .filter(({ path }) => path === "/v1/chat-messages")
    .map(({ body }) => body as { user: string; query: string; conversation_id?: string })
    .filter((body) => body.user === user);

describe("a user in the IM", () => {
  test.concurrent("stops the answer and what waits behind it, but not what comes after", async () => {
    await say("user-stops", "bot-endless", "the first, please");
    await hasBegun("user-stops");
    await say("user-stops", "bot-endless", "the second, please");
    await say("user-stops", "bot-endless", "/stop");
    await hasStopped("user-stops");
    await eventually(() => expect(textsTo("user-stops").at(-1)).toContain("Stopped."));
    expect(shownTo("user-stops")).toHaveLength(2);
    await say("user-stops", "bot-endless", "the third, please");
    await eventually(() => expect(shownTo("user-stops")).toHaveLength(3));
    expect(questionsOf("user-stops").map(({ query }) => query)).toEqual([
      "the first, please",
      "the third, please",
    ]);
    await say("user-stops", "bot-endless", "/stop");
  });

  test.concurrent("begins a new conversation with the next question", async () => {
    const answers = (count: number) =>
      eventually(() => expect(shownTo("user-resets").filter(({ complete }) => complete)).toHaveLength(count));
    for (const text of ["one, please", "two, please"]) await say("user-resets", "bot-echo", text);
    await answers(2);
    for (const text of ["/reset", "three, please"]) await say("user-resets", "bot-echo", text);
    await answers(4);
    expect(textsTo("user-resets")[2]).toContain("A new conversation begins.");
    const ids = questionsOf("user-resets").map(({ conversation_id: id }) => id ?? "");
    expect(ids.map((id) => id !== "")).toEqual([false, true, false]);
  });

  test.concurrent("gets the help text, and no model is asked", async () => {
    await say("user-asks", "bot-echo", "/HELP");
    await eventually(() => expect(textsTo("user-asks")).toEqual([commands.helpText]));
    expect(questionsOf("user-asks")).toEqual([]);
  });
});

describe("an app's server", () => {
  test.concurrent("pauses a bot while a person talks to its user, and resumes it", async () => {
    const chat = { userId: "bot-endless", targetId: "user-of-agent" };
    await say("user-of-agent", "bot-endless", "a question, please");
    await hasBegun("user-of-agent");
    const until = Date.now() + 600_000;
    expect(await callChat("pause", { ...chat, until })).toMatchObject({ body: { code: 200 } });
    await hasStopped("user-of-agent");
    expect(await callChat("get", chat)).toMatchObject({ body: { code: 200, pausedUntil: until } });
    await say("user-of-agent", "bot-endless", "something for the person, please");
    await eventually(() => expect(bridge.stderr().match(/"job_stopped"/g)?.length).toBeGreaterThanOrEqual(2));
    expect(await callChat("resume", chat)).toMatchObject({ body: { code: 200 } });
    expect(await callChat("get", chat)).toMatchObject({ body: { pausedUntil: null } });
    await say("user-of-agent", "bot-endless", "back to the bot, please");
    await eventually(() => expect(shownTo("user-of-agent")).toHaveLength(2));
    expect(questionsOf("user-of-agent").map(({ query }) => query)).toEqual([
      "a question, please",
      "back to the bot, please",
    ]);
    await callChat("reset", chat);
  });

  test.concurrent("resets a user's conversation", async () => {
    const chat = { userId: "bot-echo", targetId: "user-of-server" };
    await say("user-of-server", "bot-echo", "one, please");
    await eventually(() => expect(shownTo("user-of-server")[0]).toMatchObject({ complete: true }));
    expect(await callChat("reset", chat)).toMatchObject({ body: { code: 200 } });
    await say("user-of-server", "bot-echo", "two, please");
    await eventually(() => expect(questionsOf("user-of-server")).toHaveLength(2));
    expect(questionsOf("user-of-server")[1]?.conversation_id ?? "").toBe("");
  });
});
