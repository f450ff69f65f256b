import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { matchRoute } from "#adapters/web-host/match-route.ts";

const routes = ["POST /v1/bots/{userId}/chat", "GET /v1/bots/{userId}/turns/{turn}/events"] as const;

describe("a route", () => {
  test("gives each segment of a template's name its value, as it is in the path", () => {
    const segment = fc.string({ minLength: 1 }).map((text) => encodeURIComponent(text.toWellFormed()));
    fc.assert(
      fc.property(segment, segment, (userId, turn) => {
        expect(matchRoute(routes, "GET", `/v1/bots/${userId}/turns/${turn}/events`)).toEqual({
          resource: "/v1/bots/{userId}/turns/{turn}/events",
          parameters: { userId, turn },
        });
      }),
    );
  });

  test.each([
    ["POST", "/v1/bots/faq"],
    ["POST", "/v1/bots/faq/chat/"],
    ["POST", "/v1/bots//chat"],
    ["GET", "/v1/bots/faq/chat"],
    ["POST", "/prod/v1/bots/faq/chat"],
    ["POST", "/"],
    ["POST", ""],
  ])("is none for %s %s", (method, path) => {
    expect(matchRoute(routes, method, path)).toBeUndefined();
  });

  test("is found or not for any path, without an error", () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), (method, path) => {
        const found = matchRoute(routes, method, path);
        expect(found === undefined || routes.some((route) => route.endsWith(found.resource))).toBe(true);
      }),
    );
  });
});
