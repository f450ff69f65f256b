import { expect, test } from "@jest/globals";
import { chatCall, question } from "../support/lambda-runtime/chat-call.ts";
import { chatRuntime } from "../support/lambda-runtime/chat-runtime.ts";
import type { ChatPair } from "../support/lambda-runtime/start-chat-runtime.ts";
import { eventsIn, wholeEvents, wholeReply } from "../support/lambda-runtime/streamed-reply.ts";

const runtime = chatRuntime();

const askWithKey = async (pair: ChatPair) => {
  const events = await wholeEvents(
    runtime().chatStream.invoke(question(pair, "Hello", { "Idempotency-Key": "k1" })),
  );
  return { events, turn: String(events[0]?.data.turn) };
};

const resume = (pair: ChatPair, turn: string, headers = {}) =>
  runtime().chatStream.invoke(chatCall(pair, { to: `turns/${turn}/events`, method: "GET", headers }));

test("a client that has received the end is answered 204: an empty body, but with status and headers", async () => {
  const pair = await runtime().pair();
  const { events, turn } = await askWithKey(pair);
  const lastReceived = { "Last-Event-ID": events.at(-1)?.id ?? "" };
  const { statusCode, headers, body, reply } = await wholeReply(resume(pair, turn, lastReceived));
  expect(statusCode).toBe(204);
  expect(headers).toMatchObject({
    "x-request-id": expect.stringMatching(/./),
    "access-control-allow-origin": "*",
  });
  expect(body).toEqual([]);
  expect(reply.trailers).toEqual({});
});

test("a client that has missed part of an answer gets the rest of it", async () => {
  const pair = await runtime().pair();
  const { events, turn } = await askWithKey(pair);
  const { reply } = await wholeReply(resume(pair, turn, { "Last-Event-ID": events[2]?.id ?? "" }));
  const text = (received: typeof events) => received.map(({ data }) => data.content ?? "").join("");
  const rest = eventsIn(reply.chunks);
  expect(text(rest)).toBe(text(events.slice(3)));
  expect(rest.at(-1)).toMatchObject({ id: "1.end", type: "end" });
});
