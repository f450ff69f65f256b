import { beforeAll, describe, expect, test } from "@jest/globals";
import { type OpenAiSimulator, startOpenAiSimulator } from "../../../../local/openai/server.ts";
import { closeAfterAll } from "../../../support/close-after.ts";

let simulator: OpenAiSimulator;
beforeAll(async () => {
  simulator = closeAfterAll(await startOpenAiSimulator({ paceMs: 0 }));
});

const call = async (path: string, body?: object, key = "sk-one") => {
  const response = await fetch(`${simulator.url}/${path}`, {
    headers: { authorization: `Bearer ${key}` },
    ...(body && { method: "POST", body: JSON.stringify(body) }),
  });
  return { status: response.status, headers: response.headers, text: await response.text() };
};

const question = { model: "simulated-model", messages: [{ role: "user", content: "Hi there" }] };
const id = expect.stringMatching(/^chatcmpl-/);
const common = { id, created: expect.any(Number), model: "simulated-model" };

describe("the simulator answers as in OpenAI's API reference", () => {
  test("with a chat.completion", async () => {
    const { status, text } = await call("chat/completions", question);
    expect(status).toBe(200);
    expect(JSON.parse(text)).toEqual({
      ...common,
      object: "chat.completion",
      choices: [
        {
          index: 0,
          message: { role: "assistant", content: "You said: Hi there", refusal: null },
          logprobs: null,
          finish_reason: "stop",
        },
      ],
      usage: { prompt_tokens: 2, completion_tokens: 4, total_tokens: 6 },
    });
  });

  test("with chat.completion.chunks, then the usage and [DONE]", async () => {
    simulator.configure("sk-ok", { reply: "ok" });
    const streamed = { ...question, stream: true, stream_options: { include_usage: true } };
    const { headers, text } = await call("chat/completions", streamed, "sk-ok");
    expect(headers.get("content-type")).toBe("text/event-stream; charset=utf-8");
    const data = text.split("\n\n").slice(0, -1);
    expect(data.pop()).toBe("data: [DONE]");
    const chunk = (delta: object, finish_reason: string | null) => ({
      ...common,
      object: "chat.completion.chunk",
      choices: [{ index: 0, delta, logprobs: null, finish_reason }],
      usage: null,
    });
    expect(data.map((line) => JSON.parse(line.slice("data: ".length)))).toEqual([
      chunk({ role: "assistant", content: "", refusal: null }, null),
      chunk({ content: "ok" }, null),
      chunk({}, "stop"),
      {
        ...common,
        object: "chat.completion.chunk",
        choices: [],
        usage: { prompt_tokens: 2, completion_tokens: 1, total_tokens: 3 },
      },
    ]);
  });

  test("with the list of models", async () => {
    expect(JSON.parse((await call("models")).text)).toEqual({
      object: "list",
      data: [{ id: "simulated-model", object: "model", created: 0, owned_by: "simulator" }],
    });
  });

  test("with an error envelope, as many times as configured", async () => {
    simulator.configure("sk-limited", {
      behaviour: { kind: "error", status: 429, code: "rate_limit_exceeded", retryAfter: "3", times: 1 },
    });
    const first = await call("chat/completions", question, "sk-limited");
    expect(first.status).toBe(429);
    expect(first.headers.get("retry-after")).toBe("3");
    expect(JSON.parse(first.text)).toEqual({
      error: {
        message: "The request failed (rate_limit_exceeded).",
        type: "invalid_request_error",
        param: null,
        code: "rate_limit_exceeded",
      },
    });
    expect((await call("chat/completions", question, "sk-limited")).status).toBe(200);
  });

  test.each([
    ["an unknown key", "models", undefined, "none", 401],
    ["an unknown path", "responses", question, "sk-one", 404],
    ["a request without messages", "chat/completions", { model: "simulated-model" }, "sk-one", 400],
    ["an unknown model", "chat/completions", { ...question, model: "gpt-0" }, "sk-one", 404],
  ])("with an error for %s", async (_, path, body, key, status) => {
    expect((await call(path, body, key)).status).toBe(status);
  });
});
