import { describe, expect, test } from "@jest/globals";
import type { ChatMessage } from "#adapters/model-api/chat-memory.ts";
import { relaxed } from "#adapters/openai/chat-request.ts";

const history: readonly ChatMessage[] = [
  { role: "user", content: "hello" },
  { role: "assistant", content: "Hi." },
];
const form = { streams: true, asksUsage: true, history };

/** The wording of real servers, shortened. */
const refusals = {
  "OpenAI, context": [
    400,
    '{"error":{"message":"This model\'s maximum context length is 8192 tokens.","code":"context_length_exceeded"}}',
  ],
  "vLLM, context": [
    400,
    '{"object":"error","message":"This model\'s maximum context length is 16384 tokens.","type":"BadRequestError","code":400}',
  ],
  "llama.cpp, context": [
    400,
    '{"error":{"code":400,"message":"request (4390 tokens) exceeds the available context size","type":"exceed_context_size_error"}}',
  ],
  "llama.cpp, context while it answers": [
    500,
    '{"error":{"code":500,"message":"Context size has been exceeded.","type":"server_error"}}',
  ],
  "LiteLLM, context": [
    400,
    '{"error":{"message":"litellm.ContextWindowExceededError: litellm.BadRequestError","type":"invalid_request_error","code":"400"}}',
  ],
  "Groq, tokens per minute": [
    413,
    '{"error":{"message":"Request too large for model","type":"tokens","code":"rate_limit_exceeded"}}',
  ],
  "Groq, stream_options": [
    400,
    '{"error":{"message":"property \'stream_options\' is unsupported, did you mean \'stream\'?"}}',
  ],
  "Mistral, stream_options": [
    422,
    '{"object":"error","message":{"detail":[{"type":"extra_forbidden","loc":["body","stream_options","include_usage"]}]}}',
  ],
  "OpenAI, stream": [
    400,
    '{"error":{"message":"Unsupported value: \'stream\' does not support true with this model.","param":"stream","code":"unsupported_value"}}',
  ],
  "any other": [400, '{"error":{"message":"temperature is out of range"}}'],
  "a wrong key": [401, '{"error":{"message":"no streaming for you"}}'],
  "an overload": [503, '{"error":{"message":"the stream of requests is too dense"}}'],
} as const;

describe("a refusal", () => {
  test.each<[keyof typeof refusals, object | undefined]>([
    ["OpenAI, context", { ...form, history: [] }],
    ["vLLM, context", { ...form, history: [] }],
    ["llama.cpp, context", { ...form, history: [] }],
    ["llama.cpp, context while it answers", { ...form, history: [] }],
    ["LiteLLM, context", { ...form, history: [] }],
    ["Groq, tokens per minute", { ...form, history: [] }],
    ["Groq, stream_options", { ...form, asksUsage: false }],
    ["Mistral, stream_options", { ...form, asksUsage: false }],
    ["OpenAI, stream", { ...form, streams: false }],
    ["any other", undefined],
    ["a wrong key", undefined],
    ["an overload", undefined],
  ])("leads to a simpler request or is final: %s", (name, expected) => {
    const [status, text] = refusals[name];
    expect(relaxed(form, status, text)).toEqual(expected);
  });

  test.each(Object.entries(refusals))("is not retried forever if it repeats: %s", (_, [status, text]) => {
    let next: ReturnType<typeof relaxed> = form;
    let asked = 0;
    for (; next; asked += 1) next = relaxed(next, status, text);
    expect(asked).toBeLessThanOrEqual(4);
  });
});
