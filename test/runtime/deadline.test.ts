import { describe, expect, test } from "@jest/globals";
import type { ProfileInput } from "../../local/dify/server.ts";
import { onlyPings, silence } from "../support/dify-scripts.ts";
import { question } from "../support/lambda-runtime/chat-call.ts";
import { chatRuntime } from "../support/lambda-runtime/chat-runtime.ts";
import { eventsIn, wholeReply } from "../support/lambda-runtime/streamed-reply.ts";

const runtime = chatRuntime();

/** A turn ends a minute before its function's timeout, so this leaves two seconds. */
const leftMs = 62_000;

const long = Array.from({ length: 300 }, (_, index) => `word${index} `);

describe("an answer that does not fit into its function's time", () => {
  test.each<[string, ProfileInput]>([
    ["from a Dify that never ends", { paceMs: 100, reply: { kind: "deltas", deltas: long } }],
    ["from a Dify that says nothing", { script: silence }],
    ["from a Dify that only pings", { script: onlyPings }],
  ])("%s ends in the stream, long before Lambda would end it", async (_what, profile) => {
    const pair = await runtime().pair(profile);
    const invocation = runtime().chatStream.invoke(question(pair, "Hello"), leftMs);
    const { reply } = await wholeReply(invocation);
    const end = eventsIn(reply.chunks).at(-1);
    expect(end).toMatchObject({ id: "1.end", type: "error", data: { code: "timeout", retryable: true } });
    const tookMs = (end?.at ?? 0) - (invocation.takenAt() ?? 0);
    expect(tookMs).toBeGreaterThan(1_500);
    expect(tookMs).toBeLessThan(5_000);
    expect(reply.trailers).toEqual({});
  });
});
