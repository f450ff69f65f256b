import { afterEach, describe, expect, test } from "@jest/globals";
import type { ProfileInput } from "../../local/dify/server.ts";
import { cutAfter, failAfter } from "../support/dify-scripts.ts";
import { chatCall, question } from "../support/lambda-runtime/chat-call.ts";
import { chatRuntime } from "../support/lambda-runtime/chat-runtime.ts";
import type { ChatPair } from "../support/lambda-runtime/start-chat-runtime.ts";
import { eventsIn, wholeEvents, wholeReply } from "../support/lambda-runtime/streamed-reply.ts";

const runtime = chatRuntime();

/** The same runtime process serves on. */
afterEach(async () => {
  const { chatStream, pair } = runtime();
  const events = await wholeEvents(chatStream.invoke(question(await pair(), "Are you there?")));
  expect(events.at(-1)).toMatchObject({ type: "end", data: { stopped: false } });
  expect(chatStream.isAlive()).toBe(true);
});

const body = JSON.stringify({ content: "Hello" });

describe("before the first byte,", () => {
  test.each([
    ["no token", (pair: ChatPair) => question({ ...pair, token: "" }, "Hello"), 401, 1004],
    ["a wrong token", (pair: ChatPair) => question({ ...pair, token: `${pair.token}x` }, "Hello"), 401, 1004],
    ["broken JSON", (pair: ChatPair) => chatCall(pair, { to: "chat", body: '{"content":' }), 400, 1002],
    ["no body", (pair: ChatPair) => chatCall(pair, { to: "chat" }), 400, 1003],
    ["an unknown bot", (pair: ChatPair) => question({ ...pair, botId: "bot-nowhere" }, "Hello"), 404, 404],
    ["an unknown path", (pair: ChatPair) => chatCall(pair, { to: "whatever", body }), 404, 404],
  ])("%s has a status and its reason in JSON", async (_what, call, status, code) => {
    const event = call(await runtime().pair());
    const { reply, statusCode, headers, text } = await wholeReply(runtime().chatStream.invoke(event));
    expect(statusCode).toBe(status);
    expect(headers).toMatchObject({
      "content-type": expect.stringContaining("application/json"),
      "x-request-id": expect.stringMatching(/./),
      "access-control-allow-origin": "*",
    });
    expect(JSON.parse(text)).toEqual({ code, errorMessage: expect.stringMatching(/./) });
    expect(reply.trailers).toEqual({});
  });
});

describe("after the first byte,", () => {
  const brokenOff: [string, ProfileInput["script"], string][] = [
    ["a stream that Dify cuts", cutAfter(["Hello ", "you "]), "broken_off"],
    ["a model that fails", failAfter(["Hello ", "you "]), "model"],
    ["a stream without an end", [{ do: "begin" }, { do: "say" }], "broken_off"],
  ];

  test.each(brokenOff)("%s ends the answer in the stream", async (_what, script, code) => {
    const pair = await runtime().pair({ script, paceMs: 20 });
    const { statusCode, reply } = await wholeReply(runtime().chatStream.invoke(question(pair, "Hello")));
    const events = eventsIn(reply.chunks);
    expect(statusCode).toBe(200);
    expect(events.at(0)).toMatchObject({ type: "start" });
    expect(events.at(-1)).toMatchObject({
      id: "1.end",
      type: "error",
      data: { code, message: expect.stringMatching(/./), retryable: true },
    });
    expect(reply.trailers).toEqual({});
  });

  test("a Dify that rejects all calls ends the answer in the stream", async () => {
    const behaviour = { kind: "http_error", status: 401, code: "unauthorized" } as const;
    const pair = await runtime().pair({ behaviour });
    const events = await wholeEvents(runtime().chatStream.invoke(question(pair, "Hello")));
    expect(events.map(({ type }) => type)).toEqual(["start", "error"]);
    expect(events.at(-1)?.data).toMatchObject({ code: "refused", retryable: false });
  });
});

test("no log contains what was said or shown", async () => {
  const pair = await runtime().pair();
  const { chatStream } = runtime();
  await chatStream.invoke(question(pair, "my very secret question")).replied;
  await chatStream.invoke(question({ ...pair, token: `${pair.token}x` }, "my very secret question")).replied;
  const lines = chatStream.log().trim().split("\n");
  expect(lines.map((line) => JSON.parse(line))).toContainEqual(
    expect.objectContaining({ event: "chat_answered", bot: pair.botId }),
  );
  expect(lines.filter((line) => line.includes(pair.token) || line.includes("very secret"))).toEqual([]);
});
