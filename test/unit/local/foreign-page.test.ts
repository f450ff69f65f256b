import { describe, expect, test } from "@jest/globals";
import { refuseForeignPage } from "../../../local/foreign-page.ts";

const post = { method: "POST", path: "/v3/bot/create.json", host: "127.0.0.1:3000" };
const refusalOf = ({
  path,
  method,
  ...headers
}: Readonly<Record<"path" | "method" | "host", string>> & { origin?: string }) =>
  refuseForeignPage({ path, request: { method, headers } });

describe("with the default App Secret, a local run", () => {
  test.each(["127.0.0.1:3000", "localhost:3000", "localhost", "[::1]:8080"])("answers at %s", (host) => {
    expect(refusalOf({ ...post, host })).toBeUndefined();
  });

  test.each([
    "evil.example",
    "evil.example:3000",
    "localhost.evil.example:3000",
    "127.0.0.1.evil.example",
    "192.168.1.7:3000",
    "",
  ])("does not answer under another name (DNS rebinding): %j", (host) => {
    for (const method of ["GET", "POST"])
      for (const path of [post.path, "/v1/bots/bot-demo/chat"])
        expect(refusalOf({ path, method, host })).toMatch(/^host: .* set APP_SECRET/);
  });

  test.each([
    ["a call of the server API", post.path],
    ["a callback", "/callbacks/rongcloud/messages"],
    ["a path that only begins like a user's", "/v1"],
  ])("refuses %s from a page, whatever its origin", (_what, path) => {
    for (const origin of ["https://evil.example", "http://127.0.0.1:8000", "null"])
      expect(refusalOf({ ...post, path, origin })).toMatch(/^origin: /);
  });

  test("lets pages call users' paths, and read what anybody may", () => {
    const origin = "http://localhost:8000";
    expect(refusalOf({ ...post, path: "/v1/bots/bot-demo/chat", origin })).toBeUndefined();
    expect(refusalOf({ ...post, path: "/openapi.json", method: "GET", origin })).toBeUndefined();
    expect(refusalOf({ ...post, path: "/v1/bots/bot-demo/chat", method: "OPTIONS", origin })).toBeUndefined();
  });
});
