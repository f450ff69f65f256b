import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { parseBaseUrl } from "../../../client/src/base-url.ts";
import { createBotClient, type Fetch } from "../../../client/src/index.ts";
import { startHttpServer } from "../../../local/http-server.ts";
import { closeAfterEach } from "../../support/close-after.ts";
import { useChats } from "./chats.ts";

const chats = useChats();

const almostUrl = fc
  .tuple(fc.constantFrom("http:", "HTTPS:", "ftp:"), fc.string({ unit: fc.constantFrom(..."//a.:@?# 1[é") }))
  .map(([protocol, rest]) => `${protocol}//${rest}`);

describe("a URL that cannot be a bridge's", () => {
  test.each([
    ["", "must be an absolute http or https URL"],
    ["bots.example.com", "must be an absolute http or https URL"],
    ["/bridge", "must be an absolute http or https URL"],
    ["ftp://bots.example.com", "must be an absolute http or https URL"],
    ["ws://bots.example.com", "must be an absolute http or https URL"],
    ["https://", "must be an absolute http or https URL"],
    ["https://bots.example.com\n", "must be an absolute http or https URL"],
    ["https://bots.example.com:99999", "must be an absolute http or https URL"],
    ["https://bots.example.com?stage=prod", "must have no query and no fragment"],
    ["https://bots.example.com/#prod", "must have no query and no fragment"],
  ])("%j is refused before anything is sent", (url, rule) => {
    const create = () => createBotClient({ url, token: "t" });
    expect(create).toThrow(new TypeError(`url: ${rule}, got ${JSON.stringify(url)}`));
  });

  test("is refused without its password", () => {
    const create = () => createBotClient({ url: "https://me:secret@bots.example.com/prod", token: "t" });
    expect(create).toThrow(
      'url: must have no user name and no password, got "https://…@bots.example.com/prod"',
    );
  });

  test("is refused if it is missing, as in a program without types", () => {
    expect(() => parseBaseUrl(undefined)).toThrow("url: must be a string, got undefined");
  });

  test("is any but an http or https URL, which loses the slashes at its end", () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), almostUrl), fc.nat(3), (text, slashes) => {
        const url = text + "/".repeat(slashes);
        try {
          const base = parseBaseUrl(url);
          expect(base).toMatch(/^https?:\/\/.*[^/]$/i);
          expect(new URL(`${base}/v1`).href.length).toBeGreaterThan(0);
        } catch (error) {
          expect(error).toBeInstanceOf(TypeError);
        }
      }),
    );
  });
});

describe("a server that is not a bridge", () => {
  test.each([
    [200, "text/html", "<html>Log in</html>", "text/html"],
    [204, "", "", "no type"],
    [200, "application/json", '{"ok":true}', "application/json"],
    [400, "text/plain", "Bad Request", "text/plain"],
    [403, "application/json", '{"message":"Missing Authentication Token"}', "Missing Authentication Token"],
    [403, "application/json", '{"message":"Forbidden"}', "Forbidden"],
    [404, "text/html", "<html>Not found</html>", "text/html"],
    [404, "application/json", '{"error":"Not Found"}', "application/json"],
    // A bridge, at another path.
    [404, "application/json", '{"code":404,"errorMessage":"no such path"}', "no such path"],
    [405, "text/html", "", "text/html"],
    [501, "text/html", "<html>Unsupported method</html>", "text/html"],
  ])("is recognised by its first reply: %d %s %s", async (status, type, body, said) => {
    let calls = 0;
    const server = closeAfterEach(
      await startHttpServer(0, async (_request, response) => {
        calls += 1;
        response.writeHead(status, type === "" ? {} : { "content-type": type }).end(body);
      }),
    );
    const url = `${server.url}/prod`;
    const { clock } = chats();
    const answer = createBotClient({ url, token: "t", clock }).bot("bot-001").chat("Hi");
    await expect(answer.text()).rejects.toMatchObject({
      code: "not_a_bridge",
      status,
      retryable: false,
      message: `url: must be a bridge's address, with its stage if it has one; ${url}/v1/bots/bot-001/chat replied HTTP ${status} (${said})`,
    });
    expect(calls).toBe(1);
    expect(clock.waits()).toEqual([]);
  });

  test("is recognised by other calls too", async () => {
    chats().fake.refuse({ status: 200, body: "a string" });
    await expect(chats().bot().conversation()).rejects.toMatchObject({ code: "not_a_bridge", status: 200 });
    chats().fake.refuse({ status: 404, body: { message: "Not Found" } });
    await expect(chats().bot().history()).rejects.toMatchObject({ code: "not_a_bridge", status: 404 });
  });

  test.each([
    // A browser sends a GET then, at a path that has only POST.
    [301, 404, "no such path"],
    [308, 401, "token: is required"],
  ])("is recognised by a redirect: %d, then %d", async (redirect, status, errorMessage) => {
    const { fake, bot } = chats();
    fake.refuse({ status, body: { code: status, errorMessage } });
    const server = closeAfterEach(
      await startHttpServer(0, async ({ url }, response) => {
        response.writeHead(redirect, { location: `${fake.url}${url}` }).end();
      }),
    );
    const path = "/v1/bots/bot-001/chat";
    await expect(bot({ url: server.url }).chat("Hi").text()).rejects.toMatchObject({
      code: "not_a_bridge",
      retryable: false,
      message: `url: must be a bridge's address, with its stage if it has one; ${server.url}${path}, redirected to ${fake.url}${path}, replied HTTP ${status} (${errorMessage})`,
    });
  });

  test("is not meant by a redirect within one origin, which keeps the token", async () => {
    const { fake, bot } = chats();
    /** As `fetch` after a redirect. */
    const redirected: Fetch = async (url, init) =>
      Object.defineProperty(await fetch(url.replace("/old/", "/"), init), "redirected", { value: true });
    const options = { url: `${fake.url}/old`, fetch: redirected };
    expect(await bot(options).chat("Hi").text()).toBe("You said: Hi");
    const signedOut = bot({ ...options, token: "expired" })
      .chat("Hi")
      .text();
    await expect(signedOut).rejects.toMatchObject({ code: 1004, status: 401 });
  });

  test.each([502, 413])("is not meant by a proxy's own reply: %d", async (status) => {
    const { fake, bot } = chats();
    fake.refuse(...Array.from({ length: 8 }, () => ({ status, body: "<html>" })));
    await expect(bot().chat("Hi").text()).rejects.toMatchObject({ code: status, status });
  });
});
