import { describe, expect, test } from "@jest/globals";
import { eventually } from "../support/eventually.ts";
import { chatCall, question } from "../support/lambda-runtime/chat-call.ts";
import { chatRuntime } from "../support/lambda-runtime/chat-runtime.ts";
import type { Invocation } from "../support/lambda-runtime/invocation.ts";
import type { ChatPair } from "../support/lambda-runtime/start-chat-runtime.ts";
import { eventsIn, textOf, wholeEvents } from "../support/lambda-runtime/streamed-reply.ts";

const runtime = chatRuntime();

const long = Array.from({ length: 300 }, (_, index) => `word${index} `);
const talks = { paceMs: 100, reply: { kind: "deltas", deltas: long } } as const;

/** The turn, once part of its answer has arrived. */
const turnOf = (invocation: Invocation): Promise<string> =>
  eventually(() => {
    const events = eventsIn(invocation.chunks);
    if (events.length < 4) throw new Error("not enough events yet");
    return String(events[0]?.data.turn);
  });

/** Ends the stream, and returns how long that took. */
const endOf = async (invocation: Invocation) => {
  const begun = performance.now();
  const end = (await wholeEvents(invocation)).at(-1);
  return { end, tookMs: (end?.at ?? 0) - begun };
};

/** A reply that does not stream, as the runtime posts it. */
const control = async (pair: ChatPair, method: string, to: string) => {
  const { kind, headers, chunks } = await runtime().chatControl.invoke(chatCall(pair, { to, method }), 28_000)
    .replied;
  expect([kind, headers["lambda-runtime-function-response-mode"]]).toEqual(["response", undefined]);
  return JSON.parse(textOf(chunks));
};

describe("a stream ends, with the answer so far,", () => {
  test("soon after its turn's record got a stop request", async () => {
    const pair = await runtime().pair({ ...talks, behaviour: { kind: "stop_disobeyed" } });
    const invocation = runtime().chatStream.invoke(question(pair, "Hello"));
    const turn = await turnOf(invocation);
    const { appKey, turns } = runtime();
    await turns.requestStop({ appKey, turn }, { userId: pair.userId, botUserId: pair.botId });
    const { end, tookMs } = await endOf(invocation);
    expect(end).toMatchObject({ type: "end", data: { stopped: true } });
    expect(tookMs).toBeLessThan(3_000);
  });

  test("at once if another function stops it and Dify obeys", async () => {
    const pair = await runtime().pair(talks);
    const invocation = runtime().chatStream.invoke(question(pair, "Hello"));
    const turn = await turnOf(invocation);
    expect(await control(pair, "POST", `turns/${turn}/stop`)).toMatchObject({
      statusCode: 200,
      body: '{"code":200}',
    });
    const { end, tookMs } = await endOf(invocation);
    expect(end).toMatchObject({ type: "end", data: { stopped: true } });
    expect(tookMs).toBeLessThan(1_000);
  });
});

describe("a function that does not stream", () => {
  test("sends its reply whole", async () => {
    const pair = await runtime().pair();
    await wholeEvents(runtime().chatStream.invoke(question(pair, "Hello")));
    const { statusCode, headers, body } = await control(pair, "GET", "conversation");
    expect(statusCode).toBe(200);
    expect(headers).toMatchObject({ "x-request-id": expect.stringMatching(/./) });
    expect(JSON.parse(body)).toMatchObject({ code: 200, conversation: null, turns: 1 });
  });

  test("rejects with a reply, not with a failure of the function", async () => {
    const pair = await runtime().pair();
    expect(await control({ ...pair, token: "none" }, "GET", "conversation")).toMatchObject({
      statusCode: 401,
      body: expect.stringContaining('"code":1004'),
    });
    expect(await control(pair, "OPTIONS", "conversation")).toMatchObject({ statusCode: 204, body: "" });
  });
});
