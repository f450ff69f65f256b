import http from "node:http";
import { beforeEach, describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { isSignedBy } from "#adapters/rongcloud/signature.ts";
import { startConsole } from "../../../../local/console/server.ts";
import { type HttpServer, readBody, startHttpServer } from "../../../../local/http-server.ts";
import { localCredentials } from "../../../support/chat/chat-server.ts";
import { closeAfterEach } from "../../../support/close-after.ts";

interface Asked {
  readonly body: string;
  readonly isSigned: boolean;
}

/** The bridge's replies, and the requests that it got. */
let answer: { status: number; body: unknown };
let asked: Asked[];
let bridge: HttpServer;
let server: HttpServer;
let origin: string;

beforeEach(async () => {
  answer = { status: 200, body: { code: 200, userId: "u7", token: "token-of-u7" } };
  asked = [];
  bridge = closeAfterEach(
    await startHttpServer(0, async (request, response) => {
      const header = (name: string): string => String(request.headers[name]);
      const [nonce, timestamp, signature] = [header("nonce"), header("timestamp"), header("signature")];
      const isSigned = isSignedBy([localCredentials.appSecret], { nonce, timestamp, signature });
      asked.push({ body: `${request.url} ${await readBody(request)}`, isSigned });
      response.writeHead(answer.status).end(JSON.stringify(answer.body));
    }),
  );
  server = closeAfterEach(
    await startConsole({ ...localCredentials, bridgeUrl: bridge.url, port: 0, botId: "bot-7" }),
  );
  origin = server.url;
});

interface Reply {
  readonly status: number | undefined;
  readonly headers: http.IncomingHttpHeaders;
  readonly body: string;
}

/** Any request at all, including ones that fetch would reject. */
const send = (
  method: string,
  path: string,
  headers: Record<string, string | undefined> = {},
  body = "",
): Promise<Reply> =>
  new Promise((resolve, reject) => {
    const given = Object.entries(headers).filter(([, value]) => value !== undefined);
    const request = http.request(
      `${origin}${path}`,
      { method, headers: Object.fromEntries(given) },
      async (response) => {
        const text = (await readBody(response)).toString();
        resolve({ status: response.statusCode, headers: response.headers, body: text });
      },
    );
    request.on("error", reject).end(body);
  });

const fromOurPage = (): Record<string, string> => ({
  origin,
  "content-type": "application/json",
  "sec-fetch-site": "same-origin",
});
const askToken = (headers: Record<string, string | undefined> = {}, body = '{"userId":"u7"}') =>
  send("POST", "/token", { ...fromOurPage(), ...headers }, body);

describe("the console's server", () => {
  test("serves its page, which may run only its own script", async () => {
    const page = await send("GET", "/");
    expect(page).toMatchObject({ status: 200, headers: { "content-type": "text/html; charset=utf-8" } });
    const policy = page.headers["content-security-policy"];
    expect(policy).toContain("default-src 'none'");
    expect(policy).toContain(`connect-src 'self' ${bridge.url}`);
    expect(policy).not.toContain("unsafe");
    expect(page.body).not.toMatch(/<script(?![^>]* src=)|<style| on\w+=/);
    const script = await send("GET", "/page.js?fresh");
    expect(script.headers["content-type"]).toBe("text/javascript; charset=utf-8");
    expect(script.body).toContain(bridge.url);
    expect(script.body).toContain("bot-7");
    expect((await send("GET", "/style.css")).status).toBe(200);
  });

  test("starts before the bridge, which is to allow its origin", async () => {
    const { promise, resolve } = Promise.withResolvers<string>();
    const early = await startConsole({ ...localCredentials, bridgeUrl: promise, port: 0 });
    const page = fetch(`${early.url}/page.js`);
    resolve(bridge.url);
    expect(await (await page).text()).toContain(bridge.url);
    await early.close();
  });

  test("reveals nothing of the app's secret in its replies", async () => {
    for (const path of ["/", "/page.js", "/style.css"]) {
      expect((await send("GET", path)).body).not.toContain(localCredentials.appSecret);
    }
  });

  test("gets a user's token for its page, with a signed call", async () => {
    const reply = await askToken();
    expect(reply).toMatchObject({ status: 200, body: '{"token":"token-of-u7"}' });
    expect(asked).toEqual([{ body: "/user/getToken.json userId=u7", isSigned: true }]);
  });

  test("returns the token for bots if a real IM has one of its own", async () => {
    answer = { status: 200, body: { code: 200, userId: "u7", token: "of-the-im", botToken: "of-the-bots" } };
    expect((await askToken()).body).toBe('{"token":"of-the-bots"}');
  });

  test.each([
    ["another site's page", { origin: "https://evil.example", "sec-fetch-site": "cross-site" }],
    ["a page of another port", { origin: "http://127.0.0.1:1", "sec-fetch-site": "same-site" }],
    ["a page without an origin, such as a sandboxed frame", { origin: "null" }],
    ["a program that sends no origin", { origin: undefined }],
    ["a form, which browsers send without asking", { "content-type": "text/plain" }],
    ["a browser that says it comes from elsewhere", { "sec-fetch-site": "cross-site" }],
  ])("gives no token to %s", async (_who, headers) => {
    expect(await askToken(headers)).toMatchObject({ status: 403 });
    expect(asked).toEqual([]);
  });

  test.each(["/", "/page.js", "/token"])("answers nothing at %s under another host name", async (path) => {
    const headers = { ...fromOurPage(), host: "evil.example", origin: "http://evil.example" };
    expect((await send("GET", path, headers)).status).toBe(421);
    expect((await send("POST", path, headers, '{"userId":"u7"}')).status).toBe(421);
    expect(asked).toEqual([]);
  });

  test("is also known as localhost", async () => {
    const host = new URL(origin).host.replace("127.0.0.1", "localhost");
    expect((await askToken({ host, origin: `http://${host}` })).status).toBe(200);
    expect((await askToken({ host })).status).toBe(403);
  });

  test("allows no other origin to read anything", async () => {
    const replies = [await send("OPTIONS", "/token", { origin: "https://evil.example" }), await askToken()];
    for (const { headers } of replies) expect(headers).not.toHaveProperty("access-control-allow-origin");
  });

  test.each([
    [
      { status: 400, body: { code: 1002, errorMessage: "userId has a wrong character" } },
      400,
      "userId has a wrong character",
    ],
    [{ status: 401, body: { code: 1004, errorMessage: "signature" } }, 502, "the bridge responded with 401"],
    [{ status: 200, body: "no token" }, 502, "the bridge responded with 200"],
  ])("says in plain words why there is no token: %j", async (given, status, errorMessage) => {
    answer = given;
    expect(await askToken()).toMatchObject({ status, body: JSON.stringify({ errorMessage }) });
  });

  test("says that the bridge is unreachable", async () => {
    await bridge.close();
    expect(await askToken()).toMatchObject({
      status: 502,
      body: '{"errorMessage":"the bridge cannot be reached"}',
    });
  });

  test("accepts any input for a token request, and forwards only well-formed ones to the bridge", async () => {
    const anyBody = fc.oneof(
      fc.string({ unit: "binary" }),
      fc.json(),
      fc.string().map((text) => "x".repeat(2_000) + text),
    );
    await fc.assert(
      fc.asyncProperty(anyBody, async (body) => {
        expect([200, 400]).toContain((await askToken({}, body)).status);
      }),
      { numRuns: 50 },
    );
    expect(await askToken({}, "{}")).toMatchObject({ status: 400 });
  });

  test("has no other paths, and accepts no other methods", async () => {
    expect((await send("GET", "/../package.json")).status).toBe(404);
    expect((await send("GET", "/token")).status).toBe(404);
    expect((await send("PUT", "/")).status).toBe(405);
  });
});
