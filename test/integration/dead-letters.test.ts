import { setTimeout as delay } from "node:timers/promises";
import { beforeAll, describe, expect, test } from "@jest/globals";
import * as v from "valibot";
import { deadLettersReply, redrivenReply } from "../../functions/dead-letters/dead-letters-reply.ts";
import { type AppServerSimulator, startAppServerSimulator } from "../../local/app-server/server.ts";
import { type ImSimulator, startImSimulator } from "../../local/im/server.ts";
import { closeAfterAll } from "../support/close-after.ts";
import { eventually } from "../support/eventually.ts";
import { type RunningBridge, startBridge } from "../support/local-run.ts";
import { callApi, createBotAt, localApp, type Reply, textMessage } from "../support/signed-call.ts";

let appServer: AppServerSimulator;
let im: ImSimulator;
let bridge: RunningBridge;

beforeAll(async () => {
  const app = { appKey: localApp.appKey, appSecret: localApp.secret };
  appServer = closeAfterAll(await startAppServerSimulator(app));
  im = closeAfterAll(await startImSimulator(app));
  bridge = await startBridge({ RONGCLOUD_API_URL: im.url });
  await createBotAt(bridge.url, "bot-told", { type: "webhook", callbackUrl: `${appServer.url}/hook` });
  const auth = { apiKey: "app-asked" };
  await createBotAt(bridge.url, "bot-asked", {
    type: "dify_chat",
    callbackUrl: "https://api.dify.ai/v1",
    auth,
  });
}, 60_000);

const call = async (path: string, body: object): Promise<Reply> => {
  for (;;) {
    const reply = await callApi(bridge.url, path, body);
    if (reply.status !== 429) return reply;
    await delay(250);
  }
};
const list = async (body: object = {}) =>
  v.parse(deadLettersReply, (await call("/v3/job/dead/query.json", body)).body).deadLetters;
const redrive = async (body: object) =>
  v.parse(redrivenReply, (await call("/v3/job/dead/redrive.json", body)).body);

const say = async (bot: string, text: string): Promise<void> => {
  const sent = await callApi(bridge.url, "/message/private/publish.json", textMessage("u7", bot, text));
  expect(sent).toMatchObject({ status: 200 });
};

/** Waits for a dead letter. */
const deadLetterOf = (bot: string) =>
  eventually(async () => {
    const [letter] = await list({ userId: bot });
    if (!letter) throw new Error(`no dead letter of ${bot}`);
    return letter;
  }, 20_000);

const delivered = () => appServer.received().filter(({ status }) => status === 200).length;

describe("an event that its webhook refused", () => {
  test("is listed with its reason, and delivered once when it is redriven, however often that is", async () => {
    appServer.behave({ path: "/hook", status: 404, times: 1 });
    await say("bot-told", "Hello");
    const letter = await deadLetterOf("bot-told");
    expect(letter).toMatchObject({
      queue: "webhooks",
      event: "message:private",
      userId: "bot-told",
      integration: "webhook",
      fromUserId: "u7",
      reason: "HTTP 404",
      tries: 1,
    });
    expect(JSON.stringify(letter)).not.toContain("Hello");
    const { body: turns } = await callApi(bridge.url, "/v3/turn/get.json", { turn: letter.turn });
    expect(turns).toMatchObject({
      turns: [{ outcome: "given_up", msgUID: letter.msgUID, user: letter.user }],
    });

    const both = await Promise.all([redrive({ ids: [letter.id] }), redrive({ ids: [letter.id] })]);
    const statuses = both.flatMap(({ results }) => results.map(({ status }) => status)).sort();
    expect([
      ["not_found", "redriven"],
      ["not_reached", "redriven"],
    ]).toContainEqual(statuses);
    await eventually(() => expect(delivered()).toBe(1));
    expect(await list({ userId: "bot-told" })).toEqual([]);
    expect(await redrive({ ids: [letter.id] })).toEqual({
      results: [{ id: letter.id, status: "not_found" }],
      isComplete: true,
    });
    expect(delivered()).toBe(1);
  });
});

describe("an answer that the IM did not accept", () => {
  test("is listed, and sent when all of the bot's are redriven", async () => {
    im.force({ by: { status: 403, code: 1004 }, times: 2 });
    await say("bot-asked", "Good day");
    const letter = await deadLetterOf("bot-asked");
    expect(letter).toMatchObject({ queue: "turns", integration: "dify_chat" });
    // The worker adds the letter before it ends the job.
    await eventually(async () =>
      expect(await redrive({ filter: { userId: "bot-asked" } })).toEqual({
        results: [{ id: letter.id, status: "redriven" }],
        isComplete: true,
      }),
    );
    await eventually(() =>
      expect(
        im.messages().filter(({ fromUserId, complete }) => fromUserId === "bot-asked" && complete),
      ).toHaveLength(1),
    );
    expect(await list()).toEqual([]);
  });
});

test("a query of something that there is not names the field", async () => {
  expect(await call("/v3/job/dead/query.json", { queue: "turn" })).toMatchObject({
    status: 400,
    body: { code: 1002, errorMessage: 'queue: must be one of turns, webhooks, got "turn"' },
  });
  expect(await call("/v3/job/dead/redrive.json", {})).toMatchObject({
    status: 400,
    body: { errorMessage: expect.stringContaining("must have exactly one of ids, filter") },
  });
});
