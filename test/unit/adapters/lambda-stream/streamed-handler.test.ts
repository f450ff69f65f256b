import { PassThrough } from "node:stream";
import { describe, expect, test } from "@jest/globals";
import type { APIGatewayProxyEvent } from "aws-lambda";
import type { ApiRequest } from "#adapters/api-gateway/api-request.ts";
import { cors } from "#adapters/api-gateway/cors.ts";
import type { ApiResult } from "#adapters/api-gateway/request-id.ts";
import { makeStreamedHandler } from "#adapters/lambda-stream/streamed-handler.ts";
import { BridgeError } from "#core/shared/errors.ts";
import { makeMemoryLog } from "../../../support/memory-log.ts";
import { callStreamed } from "../../../support/streamed-call.ts";
import { makeTestClock } from "../../../support/test-clock.ts";
import { proxyEvent } from "../api-gateway/proxy-event.ts";

const origin = "https://www.example.com";

const setUp = (
  answer: (request: ApiRequest, leftMs: number) => Promise<ApiResult>,
  given: Partial<APIGatewayProxyEvent> = {},
  origins: readonly string[] = [origin],
) => {
  const log = makeMemoryLog();
  const event = proxyEvent({ path: "/v1/bots/b/chat", ...given });
  const reply = callStreamed(makeStreamedHandler(log, answer, [cors(origins)]), event);
  return { ...reply, log };
};

const says =
  (body: string): (() => Promise<ApiResult>) =>
  async () => ({ statusCode: 200, headers: {}, body });
const throws = (error: unknown) => (): Promise<never> => Promise.reject(error);

describe("a reply that streams", () => {
  test("sends its head at once, and each piece of its body as it comes", async () => {
    const clock = makeTestClock();
    const body = new PassThrough();
    const { hasBegun, head, text, isDone, done } = setUp(async () => ({
      statusCode: 200,
      headers: { "content-type": "text/event-stream" },
      body,
    }));
    await clock.advance(0);
    expect(hasBegun()).toBe(true);
    expect(head()).toMatchObject({ statusCode: 200, headers: { "content-type": "text/event-stream" } });
    body.write("one ");
    await clock.advance(0);
    expect(text()).toBe("one ");
    body.end("two");
    await clock.advance(0);
    expect(text()).toBe("one two");
    await done;
    expect(isDone()).toBe(true);
  });

  test("has its head even if its body is empty", async () => {
    const { head, text, done } = setUp(async () => ({ statusCode: 204, headers: {}, body: "" }));
    await done;
    expect(head().statusCode).toBe(204);
    expect(text()).toBe("");
  });

  test("gets the function's remaining time", async () => {
    const { json, done } = setUp(async (_request, leftMs) => ({
      statusCode: 200,
      headers: {},
      body: JSON.stringify({ leftMs }),
    }));
    await done;
    expect(json()).toEqual({ leftMs: 900_000 });
  });
});

describe("a request's id", () => {
  test("is the caller's, in a reply and in an error", async () => {
    const given = { headers: { "X-Request-ID": "order-7" } };
    for (const answer of [says("x"), throws(new Error("x"))]) {
      const { head, done } = setUp(answer, given);
      await done;
      expect(head().headers["x-request-id"]).toBe("order-7");
    }
  });

  test("is generated if the caller sends none", async () => {
    const { head, done } = setUp(says("x"));
    await done;
    expect(head().headers["x-request-id"]).toMatch(/^[0-9a-f-]{36}$/);
  });
});

describe("an error before the first byte", () => {
  test("for the caller is sent with its message and its Retry-After", async () => {
    const error = new BridgeError("rate_limited", "too many turns", { expose: true, retryAfterMs: 1_200 });
    const { head, json, done, log } = setUp(throws(error));
    await done;
    expect(head()).toMatchObject({
      statusCode: 429,
      headers: { "retry-after": "2", "content-type": "application/json; charset=utf-8" },
    });
    expect(json()).toEqual({ code: 1008, errorMessage: "too many turns" });
    expect(log.lines).toMatchObject([{ level: "info", event: "request_refused" }]);
  });

  test.each([
    ["an error", new Error("password=hunter2")],
    ["an error of ours that is not for callers", new BridgeError("internal", "password=hunter2")],
    ["no error at all", "password=hunter2"],
    ["nothing", undefined],
  ])("is a plain 500 for %s, and never ends the process", async (_what, thrown) => {
    const { head, text, json, done } = setUp(throws(thrown));
    await expect(done).resolves.toBeUndefined();
    expect(head().statusCode).toBe(500);
    expect(json()).toEqual({ code: 1000, errorMessage: "internal error, please try again" });
    expect(text()).not.toContain("hunter2");
  });

  test("may be read by a page of an allowed origin, and by no other", async () => {
    const refusalTo = async (from: string) => {
      const { head, done } = setUp(throws(new Error("x")), { headers: { Origin: from } });
      await done;
      return head().headers;
    };
    expect(await refusalTo(origin)).toMatchObject({
      "access-control-allow-origin": origin,
      "access-control-expose-headers": "Retry-After, X-Request-ID",
      vary: "Origin",
    });
    expect(await refusalTo("https://evil.example")).not.toHaveProperty("access-control-allow-origin");
  });
});
