import { randomUUID } from "node:crypto";
import { afterEach, beforeAll, describe, expect, test } from "@jest/globals";
import { type AnswerEvent, type Bot, createBotClient } from "../../client/src/index.ts";
import { type DifySimulator, type ProfileInput, startDifySimulator } from "../../local/dify/server.ts";
import { type ImSimulator, startImSimulator } from "../../local/im/server.ts";
import { type ChatServer, localCredentials, longQuestion, userToken } from "../support/chat/chat-server.ts";
import { closeAfterAll } from "../support/close-after.ts";
import { cutAfter, failAfter, onlyPings } from "../support/dify-scripts.ts";
import { eventually } from "../support/eventually.ts";
import { type RunningBridge, startBridge } from "../support/local-run.ts";
import { callApi, createBotAt, localApp, textMessage } from "../support/signed-call.ts";

let dify: DifySimulator;
let im: ImSimulator;
let bridge: RunningBridge;
let server: Omit<ChatServer, "botId" | "close">;

beforeAll(async () => {
  dify = closeAfterAll(await startDifySimulator({ paceMs: 30 }));
  im = closeAfterAll(await startImSimulator({ appKey: localApp.appKey, appSecret: localApp.secret }));
  bridge = await startBridge({
    RONGCLOUD_API_URL: im.url,
    DIFY_API_URL: dify.url,
    DIFY_API_KEY: "app-of-the-settings",
  });
  server = { ...localCredentials, url: bridge.url };
}, 60_000);

const created: string[] = [];

/** A bot of a test's own, with the Dify behaviour that the test needs. */
const createBot = async (userId: string, profile: ProfileInput = {}, given: object = {}): Promise<void> => {
  dify.configure(`app-${userId}`, profile);
  const integration = {
    type: "dify_chatflow",
    callbackUrl: dify.url,
    auth: { apiKey: `app-${userId}` },
    ...given,
  };
  await createBotAt(bridge.url, userId, integration);
  created.push(userId);
};

/** An app has at most ten bots. */
afterEach(async () => {
  for (const userId of created.splice(0)) await callApi(bridge.url, "/v3/bot/delete.json", { userId });
});

const botOf = async (botId: string, user = `of-${botId}`): Promise<Bot> =>
  createBotClient({
    url: bridge.url,
    token: await userToken({ ...server, botId, close: async () => {} }, user),
  }).bot(botId);

/** A call by a client without the library. */
const call = async (path: string, user: string, init: RequestInit = {}): Promise<Response> => {
  const token = await userToken({ ...server, botId: "", close: async () => {} }, user);
  return fetch(`${bridge.url}/v1/bots/${path}`, {
    ...init,
    headers: { authorization: `Bearer ${token}`, "content-type": "application/json", ...init.headers },
  });
};
const ask = (
  botId: string,
  user: string,
  content: string,
  headers: Record<string, string> = {},
): Promise<Response> =>
  call(`${botId}/chat`, user, { method: "POST", body: JSON.stringify({ content }), headers });

const askedOf = (botId: string) =>
  dify.requests.filter(({ headers }) => headers.authorization === `Bearer app-${botId}`);

describe("a stop", () => {
  /** How soon it ends is asserted with a clock that a test controls (run-chat-turn-stop.test.ts). */
  const stopIn = async (botId: string): Promise<void> => {
    const answer = (await botOf(botId)).chat(longQuestion);
    let isStopped = false;
    let last: AnswerEvent | undefined;
    for await (const event of answer) {
      last = event;
      if (!isStopped && event.type === "delta") {
        isStopped = true;
        await answer.stop();
      }
    }
    expect(last).toMatchObject({ type: "end", stopped: true });
    expect(await answer.text()).not.toContain(longQuestion);
  };

  test("ends the answer if Dify obeys, and is sent to Dify with the same user", async () => {
    await createBot("bot-obeys", { mode: "chat" });
    await stopIn("bot-obeys");
    const stop = askedOf("bot-obeys").find(({ path }) => path.endsWith("/stop"));
    expect(stop?.body).toEqual({ user: "of-bot-obeys" });
  });

  test("ends it if Dify continues", async () => {
    await createBot("bot-disobeys", { behaviour: { kind: "stop_disobeyed" }, paceMs: 100 });
    await stopIn("bot-disobeys");
  });

  test("that comes before Dify has sent its task id ends it too", async () => {
    await createBot("bot-unnamed", { mode: "chat", script: onlyPings });
    const answer = (await botOf("bot-unnamed")).chat("Hello");
    const events: AnswerEvent[] = [];
    for await (const event of answer) {
      events.push(event);
      if (event.type === "start") await answer.stop();
    }
    expect(events.map(({ type }) => type)).toEqual(["start", "end"]);
  });

  test("by another user has no effect", async () => {
    await createBot("bot-private");
    const answer = (await botOf("bot-private", "ann")).chat(longQuestion);
    for await (const event of answer) if (event.type === "start") break;
    const stop = await call(`bot-private/turns/${answer.turn}/stop`, "bob", { method: "POST" });
    const events = await call(`bot-private/turns/${answer.turn}/events`, "bob");
    expect([stop.status, events.status]).toEqual([404, 404]);
    expect(await answer.text()).toContain(longQuestion);
  });
});

describe("one conversation", () => {
  test("is the same in the IM and over HTTP, and has one turn at a time across both", async () => {
    await createBot("bot-both", { paceMs: 40 });
    const bot = await botOf("bot-both", "both");
    const overHttp = bot.chat(longQuestion);
    for await (const event of overHttp) if (event.type === "delta") break;
    await callApi(
      bridge.url,
      "/message/private/publish.json",
      textMessage("both", "bot-both", "and in the IM"),
    );
    expect(await overHttp.text()).toContain(longQuestion);
    const answered = Date.now();
    await eventually(() => {
      const answer = im.messages().find(({ fromUserId, complete }) => fromUserId === "bot-both" && complete);
      expect(answer?.text).toMatch(/and in the IM.*turn 2/);
      expect(answer?.chunks[0]?.at).toBeGreaterThanOrEqual(answered - 500);
    }, 20_000);
    expect(await bot.conversation()).toMatchObject({ turns: 2 });
  });

  test("that is busy is waited for up to five seconds, and then the client is told when to retry", async () => {
    await createBot("bot-busy", { paceMs: 200 });
    const long = (await botOf("bot-busy", "busy")).chat(longQuestion);
    for await (const event of long) if (event.type === "start") break;
    const start = Date.now();
    const refused = await ask("bot-busy", "busy", "quick");
    expect(Date.now() - start).toBeGreaterThan(4_500);
    expect([refused.status, refused.headers.get("retry-after")]).toEqual([409, "2"]);
    expect(await refused.json()).toMatchObject({
      code: 409,
      errorMessage: expect.stringContaining("conversation"),
    });
    const elsewhere = await ask("bot-busy", "other", "quick", { accept: "application/json" });
    expect(await elsewhere.json()).toMatchObject({
      content: expect.stringContaining("quick"),
      stopped: false,
    });
    await long.stop();
    await long.text();
  }, 40_000);
});

describe("the same key twice", () => {
  test("is one turn, replayed from the beginning each time, and is rejected with another question", async () => {
    await createBot("bot-key");
    const key = { "idempotency-key": randomUUID() };
    const [first, second] = await Promise.all([
      ask("bot-key", "keys", "once", key),
      ask("bot-key", "keys", "once", key),
    ]);
    const textIn = (events: string): string =>
      [...events.matchAll(/^event: delta\ndata: (.*)$/gm)]
        .map(([, data]) => JSON.parse(data ?? "").content)
        .join("");
    const [one, two] = [textIn(await first.text()), textIn(await second.text())];
    expect(one).toContain("once");
    expect(two).toBe(one);
    expect(askedOf("bot-key")).toHaveLength(1);
    expect((await ask("bot-key", "keys", "twice", key)).status).toBe(409);
  });

  test("from two users is two turns", async () => {
    await createBot("bot-keys");
    const key = { "idempotency-key": "the-same" };
    const all = await Promise.all(["ann", "bob"].map((user) => ask("bot-keys", user, "mine", key)));
    const texts = await Promise.all(all.map((reply) => reply.text()));
    expect(texts[0]).toContain("ann");
    expect(texts[1]).toContain("bob");
  });
});

describe("a failure after the first byte", () => {
  test.each<[string, ProfileInput, object]>([
    ["the model fails", { script: failAfter(["Hello ", "you "]) }, { code: "model", retryable: true }],
    [
      "the stream is cut",
      { version: "1.12.1", script: cutAfter(["Hello ", "you "]) },
      { code: "broken_off", retryable: true },
    ],
  ])("is reported in the stream, and the next question is answered: %s", async (what, profile, expected) => {
    const botId = `bot-${what.replaceAll(" ", "-")}`;
    await createBot(botId, profile);
    const events = await (await ask(botId, "unlucky", "Hello you there")).text();
    const [, data = ""] = /event: error\ndata: (.*)\n\n$/.exec(events) ?? [];
    expect(JSON.parse(data)).toMatchObject(expected);
    dify.configure(`app-${botId}`, {});
    expect(await (await ask(botId, "unlucky", "and now")).text()).toContain('"stopped":false');
  });

  test("has its own status if the answer was requested whole", async () => {
    await createBot("bot-whole", { script: failAfter([]) });
    const reply = await ask("bot-whole", "unlucky", "Hello", { accept: "application/json" });
    expect([reply.status, await reply.json()]).toEqual([
      502,
      { code: 1000, errorMessage: expect.any(String), turn: expect.any(String) },
    ]);
  });
});

describe("a caller", () => {
  test("may run three turns at once, and is told when to retry the fourth", async () => {
    await createBot("bot-limits", { paceMs: 150 });
    const open = await Promise.all(
      ["a", "b", "c"].map((name) =>
        call("bot-limits/chat", "eager", {
          method: "POST",
          body: JSON.stringify({ content: longQuestion, conversation: name }),
        }),
      ),
    );
    expect(open.map(({ status }) => status)).toEqual([200, 200, 200]);
    const refused = await ask("bot-limits", "eager", "and me");
    expect(refused.status).toBe(429);
    expect(Number(refused.headers.get("retry-after"))).toBeGreaterThan(0);
    expect((await ask("bot-limits", "patient", "and me")).status).toBe(200);
    await Promise.all(open.map((reply) => reply.body?.cancel()));
  });

  test("whose token is bound to one bot can use only that bot", async () => {
    await createBot("bot-mine");
    await createBot("bot-theirs");
    const form = new URLSearchParams([
      ["userId", "bound"],
      ["bots", "bot-mine"],
    ]);
    const { body } = await callApi(bridge.url, "/user/getToken.json", form);
    const { token } = JSON.parse(JSON.stringify(body));
    const botWith = (botId: string) => createBotClient({ url: bridge.url, token }).bot(botId);
    expect(await botWith("bot-mine").chat("Hello").text()).toContain("Hello");
    await expect(botWith("bot-theirs").chat("Hello").text()).rejects.toMatchObject({
      status: 403,
      code: 403,
    });
  });

  test.each([
    ["no token", {}, { content: "x" }, 401, 1004],
    ["no content", undefined, {}, 400, 1002],
    ["blank content", undefined, { content: "  " }, 400, 1002],
    ["content over 128 KB", undefined, { content: "x".repeat(128 * 1024 + 1) }, 400, 1005],
    ["broken JSON", undefined, "{", 400, 1002],
    ["no body", undefined, "", 400, 1003],
    [
      "an integration that the bot does not have",
      undefined,
      { content: "x", integration: "dify_chat" },
      409,
      409,
    ],
  ])("with %s is rejected before anything begins", async (_, headers, body, status, code) => {
    const init = { method: "POST", body: typeof body === "string" ? body : JSON.stringify(body) };
    const reply = headers
      ? await fetch(`${bridge.url}/v1/bots/bot-demo/chat`, { ...init, headers })
      : await call("bot-demo/chat", "refused", init);
    expect([reply.status, await reply.json()]).toEqual([status, { code, errorMessage: expect.any(String) }]);
  });

  test("on a page of another origin is allowed as the settings say", async () => {
    const preflight = await fetch(`${bridge.url}/v1/bots/bot-demo/chat`, {
      method: "OPTIONS",
      headers: { origin: "https://www.example.com", "access-control-request-method": "POST" },
    });
    expect(preflight.status).toBe(204);
    expect(preflight.headers.get("access-control-allow-origin")).toBe("*");
    expect(preflight.headers.get("access-control-allow-headers")).toMatch(/Authorization.*Idempotency-Key/);
  });
});

describe("an answer", () => {
  test("has suggestions and can be rated, both through Dify", async () => {
    await createBot("bot-talk", { suggested: ["And then?"] });
    const bot = await botOf("bot-talk");
    const answer = bot.chat("Hello");
    await answer.text();
    const turn = answer.turn ?? "";
    expect(await bot.suggested(turn)).toEqual(["And then?"]);
    await bot.feedback(turn, "like", "Well said.");
    const rating = askedOf("bot-talk").find(({ path }) => path.endsWith("/feedbacks"));
    expect(rating?.body).toEqual({ rating: "like", content: "Well said.", user: "of-bot-talk" });
  });

  test("comes with its sources and its usage", async () => {
    const source = { dataset_name: "Handbook", document_name: "a.pdf", content: "We open at 9." };
    await createBot("bot-sources", {
      script: [{ do: "begin" }, { do: "say" }, { do: "finish", metadata: { retriever_resources: [source] } }],
    });
    const reply = await ask("bot-sources", "curious", "When?", { accept: "application/json" });
    expect(await reply.json()).toMatchObject({
      usage: { totalTokens: expect.any(Number) },
      sources: [{ dataset: "Handbook", document: "a.pdf", content: "We open at 9." }],
    });
  });

  test("can use files that came with the question, which Dify downloads", async () => {
    await createBot("bot-files");
    const files = [{ type: "image" as const, url: "https://files.example/a.png" }];
    await (await botOf("bot-files")).chat({ content: "What is this?", files }).text();
    const asked = askedOf("bot-files").find(({ path }) => path === "/v1/chat-messages");
    expect(asked?.body).toMatchObject({
      query: "What is this?",
      files: [{ type: "image", transfer_method: "remote_url", url: "https://files.example/a.png" }],
    });
  });
});
