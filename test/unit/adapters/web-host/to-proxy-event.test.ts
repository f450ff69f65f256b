import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { toApiRequest } from "#adapters/api-gateway/api-request.ts";
import { toProxyEvent } from "#adapters/web-host/to-proxy-event.ts";

const routes = ["POST /v1/bots/{userId}/chat"] as const;
const text = fc.string({ unit: "grapheme", minLength: 1 });

const requestOf = (given: { url: string; body?: Buffer; headers?: Record<string, string[]> }) =>
  toApiRequest(
    toProxyEvent(
      {
        request: { method: "POST", url: given.url, headersDistinct: given.headers ?? {} },
        body: given.body ?? Buffer.alloc(0),
        requestId: "r",
        receivedAt: 0,
      },
      routes,
    ),
  );

describe("a handler gets from a server's request what API Gateway would give it", () => {
  test("the path's parameters and the query", () => {
    fc.assert(
      fc.property(text, fc.array(fc.tuple(text, text)), (userId, query) => {
        const search = new URLSearchParams(query);
        const request = requestOf({ url: `/v1/bots/${encodeURIComponent(userId)}/chat?${search}` });
        expect(request.route).toBe("/v1/bots/{userId}/chat");
        expect(request.parameters).toEqual({ userId });
        for (const [name] of query) expect(request.query.getAll(name)).toEqual(search.getAll(name));
      }),
    );
  });

  test("the body, byte by byte", () => {
    fc.assert(
      fc.property(fc.uint8Array(), (bytes) => {
        const body = Buffer.from(bytes);
        expect(requestOf({ url: "/v1/bots/b/chat", body }).body).toEqual(body);
      }),
    );
  });

  test("the last of a header's values", () => {
    const { headers } = requestOf({ url: "/", headers: { "x-request-id": ["one", "two"] } });
    expect(headers["x-request-id"]).toBe("two");
  });

  test("headers that API Gateway renamed, by their own names, unless both are there", () => {
    const { headers } = requestOf({
      url: "/",
      headers: {
        "x-amzn-remapped-authorization": ["Bearer renamed"],
        "x-amzn-remapped-accept": ["text/html"],
        accept: ["application/json"],
      },
    });
    expect(headers).toMatchObject({ authorization: "Bearer renamed", accept: "application/json" });
  });

  test("a path without a route, whatever it is", () => {
    fc.assert(
      fc.property(fc.string(), (url) => {
        expect(requestOf({ url: `/${url}` }).route).toBe(
          /^v1\/bots\/[^/?]+\/chat(\?|$)/.test(url) ? "/v1/bots/{userId}/chat" : "",
        );
      }),
    );
  });
});
