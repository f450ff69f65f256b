import { afterEach, beforeAll, describe, expect, test } from "@jest/globals";
import { createParser } from "eventsource-parser";
import { type DifySimulator, type ProfileInput, startDifySimulator } from "../../local/dify/server.ts";
import { type OpenAiSimulator, startOpenAiSimulator } from "../../local/openai/server.ts";
import { localCredentials, userToken } from "../support/chat/chat-server.ts";
import { closeAfterAll } from "../support/close-after.ts";
import { type RunningBridge, startBridge } from "../support/local-run.ts";
import { callApi, createBotAt } from "../support/signed-call.ts";

let dify: DifySimulator;
let openAi: OpenAiSimulator;
let bridge: RunningBridge;

beforeAll(async () => {
  openAi = closeAfterAll(await startOpenAiSimulator());
  dify = closeAfterAll(await startDifySimulator({ paceMs: 20 }));
  bridge = await startBridge({ DIFY_API_URL: dify.url, DIFY_API_KEY: "app-of-the-settings" });
}, 60_000);

const created: string[] = [];
/** An app has at most ten bots. */
afterEach(async () => {
  for (const userId of created.splice(0)) await callApi(bridge.url, "/v3/bot/delete.json", { userId });
});

const createBot = async (userId: string, profile: ProfileInput = {}, given: object = {}): Promise<void> => {
  const auth = { apiKey: `app-${userId}` };
  dify.configure(auth.apiKey, profile);
  await createBotAt(bridge.url, userId, { type: "dify_chat", callbackUrl: dify.url, auth, ...given });
  created.push(userId);
};

/** The calls of a user, as a client without the library makes them. */
const userOf = async (userId: string) => {
  const token = await userToken(
    { ...localCredentials, url: bridge.url, botId: "", close: async () => {} },
    userId,
  );
  const authorization = `Bearer ${token}`;
  const call = (path: string, init: RequestInit = {}): Promise<Response> =>
    fetch(`${bridge.url}/v1/bots/${path}`, { ...init, headers: { authorization, ...init.headers } });
  const json = async (response: Promise<Response>) => {
    const { status, json } = await response.then(async (reply) => ({
      status: reply.status,
      json: JSON.parse(await reply.text()),
    }));
    return { status, ...json };
  };
  return {
    call,
    get: (path: string) => json(call(path)),
    ask: (bot: string, body: object, headers: Record<string, string> = {}) =>
      json(
        call(`${bot}/chat`, {
          method: "POST",
          body: JSON.stringify(body),
          headers: { accept: "application/json", ...headers },
        }),
      ),
    upload: (bot: string, file: File) => {
      const body = new FormData();
      body.set("file", file);
      return json(call(`${bot}/files`, { method: "POST", body }));
    },
  };
};

/** Bytes that are not UTF-8. */
const pictureBytes = Uint8Array.from({ length: 100_000 }, (_, n) => (n * 7) % 256);
const picture = new File([pictureBytes], "cat.png", { type: "image/png" });

describe("a file that a user uploads", () => {
  test("reaches Dify byte for byte, and is the one that Dify is asked about", async () => {
    await createBot("bot-sees", { mode: "chat", version: "1.16.1" }, { type: "dify_chat" });
    const ann = await userOf("ann");
    const { status, file } = await ann.upload("bot-sees", picture);
    expect({ status, file }).toEqual({ status: 200, file: { type: "image", id: expect.any(String) } });
    const [sent] = dify.requests.filter(({ key, form }) => key === "app-bot-sees" && form).slice(-1);
    const digest = Buffer.from(await crypto.subtle.digest("SHA-256", pictureBytes)).toString("hex");
    expect(sent?.form).toMatchObject({
      fields: { user: "ann" },
      files: [{ name: "cat.png", type: "image/png", bytes: 100_000, sha256: digest }],
    });

    expect(await ann.ask("bot-sees", { content: "What is it?", files: [file] })).toMatchObject({
      status: 200,
    });
    const asked = dify.requests.findLast(({ path }) => path === "/v1/chat-messages");
    expect(asked?.body).toMatchObject({
      user: "ann",
      files: [
        {
          type: "image",
          transfer_method: "local_file",
          upload_file_id: expect.stringMatching(/^[\da-f-]{36}$/),
        },
      ],
    });
  });

  test("is of no use to another user, for another bot, or under another id", async () => {
    await createBot("bot-one");
    await createBot("bot-two");
    const [ann, bob] = [await userOf("ann"), await userOf("bob")];
    const { file } = await ann.upload("bot-one", picture);
    const before = dify.requests.length;
    const refused = {
      status: 400,
      code: 1002,
      errorMessage:
        "files[0].id: must be the id of a file that this user uploaded for this bot and integration within the last hour",
    };
    expect(await bob.ask("bot-one", { content: "What is it?", files: [file] })).toEqual(refused);
    expect(await ann.ask("bot-two", { content: "What is it?", files: [file] })).toEqual(refused);
    const forged = { ...file, id: `${file.id.slice(0, -8)}AAAAAAA=` };
    expect(await ann.ask("bot-one", { content: "What is it?", files: [forged] })).toEqual(refused);
    expect(dify.requests.length).toBe(before);
    // Nothing is left of the questions: the next one does not wait.
    expect(await ann.ask("bot-one", { content: "What is it?", files: [file] })).toMatchObject({
      status: 200,
    });
  });

  test("is refused with what is wrong with it", async () => {
    await createBot("bot-one");
    const ann = await userOf("ann");
    expect(await ann.upload("bot-one", new File(["x"], "a.zip", { type: "application/zip" }))).toEqual({
      status: 415,
      code: 415,
      errorMessage: 'file: must be an image, a document, audio or a video, got "application/zip"',
    });
    const large = new File([new Uint8Array(4 * 1024 * 1024 + 1)], "a.png", { type: "image/png" });
    expect(await ann.upload("bot-one", large)).toMatchObject({ status: 413, code: 1005 });
    const largest = new File([new Uint8Array(4 * 1024 * 1024)], "a.png", { type: "image/png" });
    expect(await ann.upload("bot-one", largest)).toMatchObject({ status: 200 });
    expect(await ann.upload("bot-nowhere", picture)).toMatchObject({ status: 404 });
  });

  test("is refused for a model that has no uploads", async () => {
    await createBotAt(bridge.url, "bot-openai-api", {
      type: "openai",
      callbackUrl: openAi.url,
      auth: { apiKey: "sk-one" },
      options: { model: "simulated-model" },
    });
    created.push("bot-openai-api");
    const ann = await userOf("ann");
    expect(await ann.upload("bot-openai-api", picture)).toEqual({
      status: 409,
      code: 409,
      errorMessage: 'integration: its model accepts files by URL only, got "openai"',
    });
    // Its conversation is what the bridge keeps.
    expect(await ann.ask("bot-openai-api", { content: "Hello" })).toMatchObject({ status: 200 });
    expect(await ann.get("bot-openai-api/conversation/messages")).toMatchObject({
      messages: [{ question: "Hello", answer: expect.stringContaining("Hello"), askedAt: null }],
      hasMore: false,
    });
  });
});

describe("the messages of a conversation", () => {
  test("are those of the user, oldest first, page by page, with their rating", async () => {
    await createBot("bot-recalls", { mode: "chat" });
    const ann = await userOf("ann");
    const { turn } = await ann.ask("bot-recalls", { content: "one" });
    await ann.ask("bot-recalls", { content: "two" });
    await ann.call(`bot-recalls/turns/${turn}/feedback`, { method: "POST", body: '{"rating":"like"}' });

    const newest = await ann.get("bot-recalls/conversation/messages?limit=1");
    expect(newest).toMatchObject({
      status: 200,
      messages: [
        { question: "two", answer: expect.stringContaining("You said: two"), rating: null, files: [] },
      ],
      hasMore: true,
    });
    const [{ id, askedAt }] = newest.messages;
    expect(Math.abs(askedAt - Date.now())).toBeLessThan(60_000);
    expect(await ann.get(`bot-recalls/conversation/messages?before=${id}`)).toMatchObject({
      messages: [{ question: "one", rating: "like" }],
      hasMore: false,
    });

    const bob = await userOf("bob");
    const [{ turn: answer }] = newest.messages;
    const rate = (user: typeof ann) =>
      user.call(`bot-recalls/turns/${answer}/feedback`, { method: "POST", body: '{"rating":"dislike"}' });
    expect(await rate(bob)).toMatchObject({ status: 404 });
    expect(await rate(ann)).toMatchObject({ status: 200 });
    expect(await ann.get("bot-recalls/conversation/messages?limit=1")).toMatchObject({
      messages: [{ turn: answer, rating: "dislike" }],
    });
    expect(await bob.get("bot-recalls/conversation/messages")).toMatchObject({ status: 404 });
    expect(await ann.get("bot-recalls/conversation/messages?conversation=trip")).toMatchObject({
      status: 404,
    });
    expect(await ann.get("bot-recalls/conversation/messages?before=m1")).toMatchObject({ status: 400 });
    await ann.call("bot-recalls/conversation", { method: "DELETE" });
    expect(await ann.get("bot-recalls/conversation/messages")).toMatchObject({
      status: 404,
      errorMessage: "conversation: not found or expired",
    });
  });

  test("are none of a workflow, which has no conversation", async () => {
    await createBot("bot-flows", { mode: "workflow" }, { type: "dify_workflow" });
    const ann = await userOf("ann");
    await ann.ask("bot-flows", { content: "one" });
    expect(await ann.get("bot-flows/conversation/messages")).toMatchObject({ status: 409, code: 409 });
  });
});

describe("reasoning and files apart from the text", () => {
  const cat = { type: "image", url: "/files/tools/cat.png" };
  /** A model that thinks for a while, and draws. */
  const thinks = (pauseMs = 0): ProfileInput => ({
    mode: "advanced-chat",
    version: "1.16.1",
    script: [
      { do: "begin" },
      ...["Let ", "me ", "see."].map((reasoning) => ({
        ...{ do: "emit" as const, event: "reasoning_chunk", fields: { data: { reasoning } } },
      })),
      { do: "wait", ms: pauseMs },
      { do: "emit", event: "reasoning_chunk", fields: { data: { reasoning: " Yes." } } },
      { do: "say", pieces: ["It is ", "a cat."] },
      { do: "emit", event: "message_file", fields: { ...cat, belongs_to: "assistant" } },
      { do: "finish" },
    ],
  });
  const parts = ["reasoning", "file"];
  const shows = { type: "dify_chatflow", options: { showThinking: true } };

  interface SentEvent {
    readonly id: string;
    readonly event: string;
    readonly data: Readonly<Record<string, unknown>>;
  }

  /** The events of a stream, until one is the last that is wanted; then the client leaves. */
  const readUntil = async (
    response: Response,
    isLast: (event: SentEvent) => boolean = () => false,
  ): Promise<SentEvent[]> => {
    const events: SentEvent[] = [];
    const parser = createParser({
      onEvent: ({ id = "", event = "", data }) => void events.push({ id, event, data: JSON.parse(data) }),
    });
    const decoder = new TextDecoder();
    for await (const chunk of response.body ?? []) {
      parser.feed(decoder.decode(chunk, { stream: true }));
      if (events.some(isLast)) break;
    }
    return events;
  };

  const textOf = (events: readonly SentEvent[], type: string): string =>
    events.map(({ event, data }) => (event === type ? data.content : "")).join("");

  test("come as events, and go on after a connection that broke in the middle of the reasoning", async () => {
    await createBot("bot-thinks", thinks(1_500), shows);
    const ann = await userOf("ann");
    const broken = await readUntil(
      await ann.call("bot-thinks/chat", {
        method: "POST",
        body: JSON.stringify({ content: "What is it?", parts }),
        headers: { "idempotency-key": "k1" },
      }),
      ({ event, data }) => event === "reasoning" && String(data.content).includes("see."),
    );
    expect(broken.map(({ event }) => event)).not.toContain("delta");
    const rest = await readUntil(
      await ann.call(`bot-thinks/turns/${broken[0]?.data.turn}/events`, {
        headers: { "last-event-id": broken.at(-1)?.id ?? "" },
      }),
    );
    const all = [...broken, ...rest];
    expect(textOf(all, "reasoning")).toBe("Let me see. Yes.");
    expect(textOf(all, "delta")).toBe("It is a cat.");
    expect(all.filter(({ event }) => event === "file")).toMatchObject([
      { data: { type: "image", url: `${new URL(dify.url).origin}/files/tools/cat.png`, name: null } },
    ]);
    expect(rest.at(-1)).toMatchObject({ event: "end" });
    expect(rest.map(({ event }) => event)).not.toContain("start");
  });

  test("are in a whole answer, and in the messages of the conversation", async () => {
    await createBot("bot-thinks", thinks(), shows);
    const ann = await userOf("ann");
    expect(await ann.ask("bot-thinks", { content: "What is it?", parts })).toMatchObject({
      content: "It is a cat.",
      reasoning: "Let me see. Yes.",
      files: [{ type: "image", name: null }],
    });
    expect(await ann.get("bot-thinks/conversation/messages?limit=1")).toMatchObject({
      messages: [{ answer: "It is a cat.", files: [{ type: "image" }] }],
    });
  });

  test("are without reasoning unless the integration shows it, also in the messages", async () => {
    const script: ProfileInput["script"] = [
      { do: "begin" },
      { do: "say", pieces: ["<think>sec", "ret</think>", "Yes."] },
      { do: "finish" },
    ];
    await createBot("bot-hides", { mode: "chat", script });
    const ann = await userOf("ann");
    expect(await ann.ask("bot-hides", { content: "Well?", parts })).toMatchObject({
      content: "Yes.",
      reasoning: null,
      files: [],
    });
    expect(await ann.get("bot-hides/conversation/messages")).toMatchObject({
      messages: [{ answer: "Yes." }],
    });
  });
});
