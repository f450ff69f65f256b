import { describe, expect, test } from "@jest/globals";
import { question } from "../support/lambda-runtime/chat-call.ts";
import { chatRuntime } from "../support/lambda-runtime/chat-runtime.ts";
import { eventsIn, textOf, wholeEvents, wholeReply } from "../support/lambda-runtime/streamed-reply.ts";

const runtime = chatRuntime();

const paceMs = 300;
const deltas = ["one ", "two ", "three ", "four"];
const slowly = { paceMs, reply: { kind: "deltas", deltas } } as const;

describe("an answer, under Lambda's own runtime,", () => {
  test("begins with status and headers in JSON, then eight NULs, then the body", async () => {
    const pair = await runtime().pair();
    const { reply } = await wholeReply(runtime().chatStream.invoke(question(pair, "Hello")));
    expect(reply).toMatchObject({
      kind: "response",
      headers: {
        "lambda-runtime-function-response-mode": "streaming",
        "content-type": "application/vnd.awslambda.http-integration-response",
        "transfer-encoding": "chunked",
      },
    });
    const [, prelude = "", nulls, body] = /^(\{.*?\})(\0+)(.*)$/s.exec(textOf(reply.chunks)) ?? [];
    expect(JSON.parse(prelude)).toEqual({
      statusCode: 200,
      headers: expect.objectContaining({ "content-type": "text/event-stream; charset=utf-8" }),
    });
    expect(nulls).toHaveLength(8);
    expect(body).toMatch(/^id: 1\.0\.0\nevent: start\ndata: \{/);
    expect(body).toMatch(/\nevent: end\ndata: .*\n\n$/);
  });

  test("is sent as it is produced: its start at once, then each word when Dify sends it", async () => {
    const pair = await runtime().pair(slowly);
    const invocation = runtime().chatStream.invoke(question(pair, "Hello"));
    const events = await wholeEvents(invocation);
    expect(events.map(({ type, data }) => data.content ?? type)).toEqual(["start", ...deltas, "end"]);

    const [start, ...rest] = events;
    const [firstWord, ...later] = rest;
    expect((start?.at ?? 0) - (invocation.takenAt() ?? 0)).toBeLessThan(1_000);
    // Dify's last word is four intervals away when the first event is sent.
    const end = events.at(-1);
    expect((end?.at ?? 0) - (start?.at ?? 0)).toBeGreaterThan(deltas.length * paceMs * 0.9);
    const pauses = later.map(({ at }, index) => at - ([firstWord, ...later][index]?.at ?? 0));
    expect(Math.min(...pauses)).toBeGreaterThan(paceMs / 2);
  });

  test("sends each event whole, in a chunk of its own", async () => {
    const pair = await runtime().pair(slowly);
    const { body } = await wholeReply(runtime().chatStream.invoke(question(pair, "Hello")));
    expect(body).toHaveLength(deltas.length + 2);
    for (const { bytes } of body) expect(bytes.toString()).toMatch(/^id: .*\nevent: .*\ndata: .*\n\n$/);
  });

  test("of many bytes arrives whole, in order", async () => {
    const words = Array.from({ length: 400 }, (_, index) => `${index}:${"é漢😀".repeat(200)} `);
    const pair = await runtime().pair({ paceMs: 0, reply: { kind: "deltas", deltas: words } });
    const events = await wholeEvents(runtime().chatStream.invoke(question(pair, "Hello")));
    expect(events.map(({ data }) => data.content ?? "").join("")).toBe(words.join(""));
  });

  test("is whole and in JSON if the client asks for it", async () => {
    const pair = await runtime().pair();
    const event = question(pair, "Hello", { Accept: "application/json" });
    const { statusCode, headers, text } = await wholeReply(runtime().chatStream.invoke(event));
    expect([statusCode, headers["content-type"]]).toEqual([200, expect.stringContaining("application/json")]);
    expect(JSON.parse(text)).toMatchObject({
      content: expect.stringContaining("You said: Hello"),
      stopped: false,
    });
  });

  test("is separate from others in the same process", async () => {
    const { chatStream } = runtime();
    const pairs = [await runtime().pair(slowly), await runtime().pair(), await runtime().pair(slowly)];
    // All wait from the beginning, and the runtime takes them one after the other.
    const invocations = pairs.map((pair, index) => chatStream.invoke(question(pair, `number ${index}`)));
    const replies = await Promise.all(invocations.map(wholeReply));
    const texts = replies.map(({ reply }) =>
      eventsIn(reply.chunks)
        .map(({ data }) => data.content ?? "")
        .join(""),
    );
    expect(texts).toEqual([deltas.join(""), expect.stringContaining("number 1"), deltas.join("")]);
    expect(new Set(replies.map(({ headers }) => headers["x-request-id"])).size).toBe(3);
    for (const { text } of replies) expect(text.match(/event: start/g)).toHaveLength(1);
  });
});
