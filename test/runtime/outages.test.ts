import { setTimeout as delay } from "node:timers/promises";
import { expect, test } from "@jest/globals";
import { question } from "../support/lambda-runtime/chat-call.ts";
import { chatRuntime } from "../support/lambda-runtime/chat-runtime.ts";
import { eventsIn, wholeEvents, wholeReply } from "../support/lambda-runtime/streamed-reply.ts";

const runtime = chatRuntime();

/** Each server closes connections that were idle for this long, as `node:http` does after 5 s. */
const idleMs = 6_500;

test("a process that Lambda has frozen serves on, even if its connections were closed in the meantime", async () => {
  const { chatStream, pair } = runtime();
  const asker = await pair();
  await wholeEvents(chatStream.invoke(question(asker, "Hello")));
  chatStream.freeze();
  await delay(idleMs);
  const invocation = chatStream.invoke(question(asker, "Hello again"));
  chatStream.thaw();
  const events = await wholeEvents(invocation);
  expect(events.at(-1)).toMatchObject({ type: "end", data: { stopped: false } });
});

test("tables that fail in the middle of an answer end it in the stream, and the process survives", async () => {
  const { chatStream, pair, failTables } = runtime();
  const deltas = Array.from({ length: 300 }, (_, index) => `word${index} `);
  const asker = await pair({ paceMs: 100, reply: { kind: "deltas", deltas } });
  const invocation = chatStream.invoke(question(asker, "Hello", { "Idempotency-Key": "k1" }));
  await delay(1_000);
  await failTables();
  const { statusCode, reply } = await wholeReply(invocation);
  expect(statusCode).toBe(200);
  expect(eventsIn(reply.chunks).at(-1)).toMatchObject({
    type: "error",
    data: { code: "interrupted", retryable: true },
  });
  expect(reply.trailers).toEqual({});

  const next = await wholeReply(chatStream.invoke(question(asker, "Hello again")));
  expect([next.statusCode, JSON.parse(next.text)]).toMatchObject([500, { code: 1000 }]);
  expect(chatStream.isAlive()).toBe(true);
});
