import { setTimeout as delay } from "node:timers/promises";
import { afterEach, describe, expect, test } from "@jest/globals";
import { question } from "../support/lambda-runtime/chat-call.ts";
import { chatRuntime } from "../support/lambda-runtime/chat-runtime.ts";
import { eventsIn, wholeEvents, wholeReply } from "../support/lambda-runtime/streamed-reply.ts";

const runtime = chatRuntime();

/** More than all socket buffers on the way hold. */
const words = Array.from({ length: 1_500 }, (_, index) => `${index}:${"x".repeat(8_000)} `);
const longAnswer = { paceMs: 0, reply: { kind: "deltas", deltas: words } } as const;

/** The result of an answer that is not read for so long. */
const readAfterPause = async (pauseMs: number) => {
  const invocation = runtime().chatStream.invoke(question(await runtime().pair(longAnswer), "Hello"));
  invocation.pause();
  await delay(pauseMs);
  invocation.resume();
  const { reply } = await wholeReply(invocation);
  const events = eventsIn(reply.chunks);
  return { reply, last: events.at(-1)?.type, text: events.map(({ data }) => data.content ?? "").join("") };
};

afterEach(async () => {
  const { chatStream, pair } = runtime();
  const events = await wholeEvents(chatStream.invoke(question(await pair(), "Are you there?")));
  expect(events.at(-1)).toMatchObject({ type: "end" });
});

describe("a client that reads nothing", () => {
  test("for some seconds loses nothing", async () => {
    const { text } = await readAfterPause(3_000);
    expect(text).toBe(words.join(""));
  });

  test("for fifteen seconds is dropped: its stream ends without a final event, and the next client is served", async () => {
    const { reply, last, text } = await readAfterPause(17_000);
    expect(last).toBe("delta");
    expect(words.join("").startsWith(text)).toBe(true);
    expect(reply.trailers).toEqual({});
  });
});
