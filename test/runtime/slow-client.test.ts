import { setTimeout as delay } from "node:timers/promises";
import { afterEach, describe, expect, test } from "@jest/globals";
import { question } from "../support/lambda-runtime/chat-call.ts";
import { chatRuntime } from "../support/lambda-runtime/chat-runtime.ts";
import { eventsIn, wholeEvents, wholeReply } from "../support/lambda-runtime/streamed-reply.ts";

const runtime = chatRuntime();

/** More than the buffers of all sockets on the way take. */
const words = Array.from({ length: 1_500 }, (_, index) => `${index}:${"x".repeat(8_000)} `);
const talks = { paceMs: 0, reply: { kind: "deltas", deltas: words } } as const;

/** What comes of an answer that nobody takes for so long. */
const hearAfter = async (heldBackMs: number) => {
  const invocation = runtime().chatStream.invoke(question(await runtime().pair(talks), "Hello"));
  invocation.holdBack();
  await delay(heldBackMs);
  invocation.readOn();
  const { reply } = await wholeReply(invocation);
  const events = eventsIn(reply.chunks);
  return { reply, last: events.at(-1)?.type, text: events.map(({ data }) => data.content ?? "").join("") };
};

afterEach(async () => {
  const { chatStream, pair } = runtime();
  const events = await wholeEvents(chatStream.invoke(question(await pair(), "Are you there?")));
  expect(events.at(-1)).toMatchObject({ type: "end" });
});

describe("a client that takes nothing", () => {
  test("for some seconds loses nothing", async () => {
    const { text } = await hearAfter(3_000);
    expect(text).toBe(words.join(""));
  });

  test("for fifteen seconds is let go: its stream ends without an end, and the next client is served", async () => {
    const { reply, last, text } = await hearAfter(17_000);
    expect(last).toBe("delta");
    expect(words.join("").startsWith(text)).toBe(true);
    expect(reply.trailers).toEqual({});
  });
});
