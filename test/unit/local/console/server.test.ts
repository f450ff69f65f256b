import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import http from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
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
let builds: number;

/** A page as Vite builds it. */
const buildPage = async (): Promise<string> => {
  builds += 1;
  const folder = mkdtempSync(join(tmpdir(), "bot-bridge-page-"));
  closeAfterEach({ close: () => rmSync(folder, { recursive: true }) });
  mkdirSync(join(folder, "assets"));
  writeFileSync(join(folder, "index.html"), "<!doctype html><title>Console</title>");
  writeFileSync(join(folder, "assets/index-0a1b.js"), "console.log(1)");
  return folder;
};

const start = (options: Partial<Parameters<typeof startConsole>[0]> = {}): Promise<HttpServer> =>
  startConsole({
    ...localCredentials,
    bridgeUrl: bridge.url,
    port: 0,
    botId: "bot-7",
    buildPage,
    ...options,
  });

beforeEach(async () => {
  answer = { status: 200, body: { code: 200, userId: "u7", token: "token-of-u7" } };
  asked = [];
  builds = 0;
  bridge = closeAfterEach(
    await startHttpServer(0, async (request, response) => {
      const header = (name: string): string => String(request.headers[name]);
      const [nonce, timestamp, signature] = [header("nonce"), header("timestamp"), header("signature")];
      const isSigned = isSignedBy([localCredentials.appSecret], { nonce, timestamp, signature });
      asked.push({ body: `${request.url} ${await readBody(request)}`, isSigned });
      response.writeHead(answer.status).end(JSON.stringify(answer.body));
    }),
  );
  server = closeAfterEach(await start());
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
const post = (path: string, body: object, headers: Record<string, string | undefined> = {}) =>
  send("POST", path, { ...fromOurPage(), ...headers }, JSON.stringify(body));
const askToken = (headers: Record<string, string | undefined> = {}, body = '{"userId":"u7"}') =>
  send("POST", "/token", { ...fromOurPage(), ...headers }, body);
const errorOf = ({ body }: Reply): unknown => JSON.parse(body).errorMessage;

describe("the console's server on this machine", () => {
  test("serves the page, which may run only its own script and call only the bridge", async () => {
    const page = await send("GET", "/");
    expect(page).toMatchObject({ status: 200, headers: { "content-type": "text/html; charset=utf-8" } });
    const policy = String(page.headers["content-security-policy"]).split("; ");
    expect(policy).toEqual(
      expect.arrayContaining([
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        `connect-src 'self' ${bridge.url}`,
        "frame-ancestors 'none'",
        "require-trusted-types-for 'script'",
        "trusted-types 'none'",
      ]),
    );
    expect(policy.join()).not.toContain("unsafe");
    expect(page.headers).toMatchObject({ "cache-control": "no-store", "x-content-type-options": "nosniff" });
    expect((await send("GET", "/assets/index-0a1b.js?fresh")).headers).toMatchObject({
      "content-type": "text/javascript; charset=utf-8",
      "cache-control": "private, max-age=31536000, immutable",
    });
  });

  test("builds the page once, and not before somebody asks for it", async () => {
    expect((await send("GET", "/session.json")).status).toBe(200);
    expect(builds).toBe(0);
    await Promise.all([send("GET", "/"), send("GET", "/index.html")]);
    expect(builds).toBe(1);
  });

  test("says what the page shows first, and where the bridge is", async () => {
    expect(JSON.parse((await send("GET", "/session.json")).body)).toEqual({
      name: null,
      bridgeUrl: bridge.url,
      apps: [localCredentials.appKey],
      local: { botId: "bot-7", userId: "user-001" },
      canSignOut: false,
    });
  });

  test("starts before the bridge, which is to allow its origin", async () => {
    const { promise, resolve } = Promise.withResolvers<string>();
    const early = closeAfterEach(await start({ bridgeUrl: promise }));
    const session = fetch(`${early.url}/session.json`);
    resolve(bridge.url);
    expect(await (await session).json()).toMatchObject({ bridgeUrl: bridge.url });
  });

  test("takes another port only if it was not asked for that one", async () => {
    const port = Number(new URL(server.url).port);
    const other = closeAfterEach(await start({ port, orAnyPort: true }));
    expect(other.url).not.toBe(server.url);
    expect((await fetch(`${other.url}/session.json`)).status).toBe(200);
    await expect(start({ port })).rejects.toMatchObject({ code: "EADDRINUSE" });
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
  ])("does nothing for %s", async (_who, headers) => {
    expect(await askToken(headers)).toMatchObject({ status: 403 });
    expect(await post("/api/v3/bot/query.json", {}, headers)).toMatchObject({ status: 403 });
    expect(await post("/sign", {}, headers)).toMatchObject({ status: 403 });
    expect(await post("/im/messages", {}, headers)).toMatchObject({ status: 403 });
    expect(asked).toEqual([]);
  });

  test.each(["/", "/session.json", "/token", "/im/events"])(
    "answers nothing at %s under another host name (DNS rebinding)",
    async (path) => {
      const headers = { ...fromOurPage(), host: "evil.example", origin: "http://evil.example" };
      expect((await send("GET", path, headers)).status).toBe(421);
      expect((await send("POST", path, headers, '{"userId":"u7"}')).status).toBe(421);
      expect(asked).toEqual([]);
    },
  );

  test("is also known as localhost", async () => {
    const host = new URL(origin).host.replace("127.0.0.1", "localhost");
    expect((await askToken({ host, origin: `http://${host}` })).status).toBe(200);
    expect((await askToken({ host })).status).toBe(403);
  });

  test("allows no other origin to read anything", async () => {
    const replies = [await send("OPTIONS", "/token", { origin: "https://evil.example" }), await askToken()];
    for (const { headers } of replies) expect(headers).not.toHaveProperty("access-control-allow-origin");
  });

  test("returns the bridge's refusal as it is", async () => {
    answer = { status: 400, body: { code: 1002, errorMessage: "userId has a wrong character" } };
    expect(await askToken()).toMatchObject({ status: 400, body: JSON.stringify(answer.body) });
  });

  test("says that the bridge is unreachable", async () => {
    await bridge.close();
    const reply = await askToken();
    expect(reply.status).toBe(502);
    expect(errorOf(reply)).toBe("the bridge cannot be reached: unreachable");
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
    expect(errorOf(await askToken({}, "{}"))).toBe("userId: is required, got nothing");
  });

  test("has no other paths, and accepts no other methods", async () => {
    expect((await send("GET", "/../package.json")).status).toBe(404);
    expect((await send("GET", "/token")).status).toBe(404);
    expect((await send("GET", "/sign-in")).status).toBe(404);
    expect((await send("PUT", "/")).status).toBe(405);
  });
});

describe("the IM in the console", () => {
  const message = { fromUserId: "u1", targetId: "bot-7", text: "Hello", mentions: [] };

  test("a private message is sent as an app's server sends it", async () => {
    await post("/im/messages", { ...message, channelType: "PERSON" });
    const [call] = asked;
    expect(call?.isSigned).toBe(true);
    const [path, form = ""] = call?.body.split(" ") ?? [];
    expect(path).toBe("/message/private/publish.json");
    expect(Object.fromEntries(new URLSearchParams(form))).toEqual({
      fromUserId: "u1",
      toUserId: "bot-7",
      objectName: "RC:TxtMsg",
      content: '{"content":"Hello"}',
    });
  });

  test("a message in a group mentions the bots that it names", async () => {
    await post("/im/messages", { ...message, channelType: "GROUP", targetId: "g1", mentions: ["bot-7"] });
    const [path, form = ""] = asked[0]?.body.split(" ") ?? [];
    expect(path).toBe("/message/group/publish.json");
    const { content, ...fields } = Object.fromEntries(new URLSearchParams(form));
    expect(fields).toEqual({ fromUserId: "u1", toGroupId: "g1", isMentioned: "1", objectName: "RC:TxtMsg" });
    expect(JSON.parse(String(content))).toEqual({
      content: "Hello",
      mentionedInfo: { type: 2, userIdList: ["bot-7"] },
    });
  });

  test("an invalid one says what is wrong", async () => {
    const reply = await post("/im/messages", { ...message, channelType: "ROOM" });
    expect(errorOf(reply)).toBe('channelType: must be PERSON or GROUP, got "ROOM"');
  });
});
