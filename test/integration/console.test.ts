import { beforeAll, beforeEach, describe, expect, test } from "@jest/globals";
import { makeSealedClaims } from "#adapters/oidc/sealed-claims.ts";
import type { Clock } from "#core/shared/clock.ts";
import { sessionClaims } from "../../functions/console/oidc-sign-in.ts";
import {
  type DeployedConsole,
  oidcClient,
  operator,
  sessionKey,
  startDeployedConsole,
} from "../support/deployed-console.ts";
import type { SimulatedProvider } from "../support/oidc-provider.ts";
import { localApp } from "../support/signed-call.ts";

// The console as it is deployed: the stacks with the setting `console` on a local AWS, and a sign-in provider over HTTP.

let provider: SimulatedProvider;
let apiUrl: string;
let log: DeployedConsole["log"];
let clearLog: DeployedConsole["clearLog"];

beforeAll(async () => {
  ({ provider, apiUrl, log, clearLog } = await startDeployedConsole());
}, 120_000);

beforeEach(() => {
  clearLog();
  provider.behaviour.claims = operator;
  for (const name of ["userinfo", "distort", "foreignKey", "denies"] as const)
    delete provider.behaviour[name];
});

interface Reply {
  readonly status: number;
  readonly headers: Headers;
  readonly body: string;
}

/** A browser: it keeps cookies, and follows no redirect by itself. */
const openBrowser = () => {
  const cookies = new Map<string, string>();
  const send = async (path: string, init: RequestInit = {}): Promise<Reply> => {
    const url = path.startsWith("http") ? path : `${apiUrl}/console/${path}`;
    const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join("; ");
    const headers = { ...(cookie && { cookie }), ...init.headers };
    const response = await fetch(url, { ...init, headers, redirect: "manual" });
    for (const set of response.headers.getSetCookie()) {
      const [, name = "", value = ""] = /^([^=]+)=([^;]*)/.exec(set) ?? [];
      if (value === "") cookies.delete(name);
      else cookies.set(name, value);
    }
    return { status: response.status, headers: response.headers, body: await response.text() };
  };
  const post = (path: string, body: object, headers: Record<string, string> = {}): Promise<Reply> =>
    send(path, {
      method: "POST",
      headers: { origin: apiUrl, "content-type": "application/json", ...headers },
      body: JSON.stringify(body),
    });
  /** Goes to the provider, and resolves to where it sends the browser back to. */
  const approve = async (): Promise<URL> => {
    const { headers } = await send("sign-in");
    return provider.approve(headers.get("location") ?? "");
  };
  const signIn = async (): Promise<Reply> => send((await approve()).href);
  return { cookies, send, post, approve, signIn };
};

const signedIn = async () => {
  const browser = openBrowser();
  expect(await browser.signIn()).toMatchObject({ status: 302 });
  return browser;
};

const sessionCookie = "__Host-bot-bridge-console";

describe("who is not signed in", () => {
  test("is sent to the sign-in, and gets nothing of the page and its files", async () => {
    const { send } = openBrowser();
    const page = await send("");
    expect(page.status).toBe(302);
    expect(page.headers.get("location")).toBe(`${apiUrl}/console/sign-in`);
    for (const path of ["session.json", "assets/index.js", "favicon.ico", "sign-in/other", "im/events"])
      expect(await send(path)).toMatchObject({ status: 401 });
    expect(JSON.parse((await send("session.json")).body)).toMatchObject({ signInUrl: "sign-in" });
  });

  test.each(["api/v3/bot/query.json", "token", "sign", "sign-out", "im/messages", "nowhere"])(
    "may not send %s",
    async (path) => {
      expect(await openBrowser().post(path, { userId: "u1" })).toMatchObject({ status: 401 });
      expect(log()).not.toContain("console_call");
    },
  );

  test("gets nothing under another host name", async () => {
    const browser = await signedIn();
    const http = await import("node:http");
    const { promise, resolve } = Promise.withResolvers<number | undefined>();
    const cookie = `${sessionCookie}=${browser.cookies.get(sessionCookie)}`;
    http.get(`${apiUrl}/console/session.json`, { headers: { host: "evil.example", cookie } }, (response) => {
      response.resume();
      resolve(response.statusCode);
    });
    expect(await promise).toBe(404);
  });
});

describe("a sign-in", () => {
  test("lets an operator in, who sees the page and calls the bridge with the operator's name in the log", async () => {
    const browser = openBrowser();
    const back = await browser.approve();
    const entered = await browser.send(back.href);
    expect(entered.status).toBe(302);
    expect(entered.headers.get("location")).toBe(`${apiUrl}/console/`);
    expect(entered.headers.get("set-cookie")).toMatch(
      /^__Host-bot-bridge-console=[\w.-]+; Path=\/; Max-Age=28800; Secure; HttpOnly; SameSite=Lax$/,
    );

    const page = await browser.send("");
    expect(page).toMatchObject({ status: 200, body: expect.stringContaining("<!doctype html>") });
    expect(page.headers.get("content-security-policy")).toMatch(/^default-src 'none'; script-src 'self';/);
    const session = JSON.parse((await browser.send("session.json")).body);
    expect(session).toEqual({
      name: "Olivia",
      bridgeUrl: apiUrl,
      apps: [localApp.appKey],
      local: null,
      canSignOut: true,
    });

    const bot = { userId: "bot-1", name: "Helpdesk", type: "faq", profileUrl: "https://example.com/b.png" };
    expect(await browser.post("api/v3/bot/create.json", { ...bot, integrations: [] })).toMatchObject({
      status: 200,
    });
    const bots = JSON.parse((await browser.post("api/v3/bot/query.json", {})).body);
    expect(bots.bots).toMatchObject([{ userId: "bot-1" }]);
    const { token } = JSON.parse((await browser.post("token", { userId: "u1" })).body);
    const { headers } = JSON.parse((await browser.post("sign", {})).body);
    const signed = await fetch(`${apiUrl}/v3/bot/query.json`, { method: "POST", headers, body: "{}" });
    expect(signed.status).toBe(200);

    expect(log()).toMatch(
      /"event":"console_call".*"operator":"person-1","name":"Olivia","app":"local-app-key","path":"\/v3\/bot\/create.json","bridgeStatus":200/,
    );
    for (const secret of [
      token,
      headers.Signature,
      localApp.secret,
      oidcClient.secret,
      back.searchParams.get("code"),
    ])
      expect(log()).not.toContain(secret);
  }, 60_000);

  test("proves who the client is with its secret, and reads the provider's addresses once", async () => {
    await signedIn();
    await signedIn();
    expect(provider.authentication()).toBe("Basic");
    const discoveries = provider.requests.filter((each) => each.includes("openid-configuration"));
    expect(discoveries).toHaveLength(1);
  });

  test("compresses what the page loads", async () => {
    const { send } = await signedIn();
    const [script = ""] = /assets\/[\w.-]+\.js/.exec((await send("")).body) ?? [];
    const plain = await send(script, { headers: { "accept-encoding": "identity" } });
    const compressed = await send(script, { headers: { "accept-encoding": "gzip, br" } });
    expect(plain.headers.get("content-encoding")).toBeNull();
    expect(compressed.headers.get("cache-control")).toBe("private, max-age=31536000, immutable");
    // Files of a few bytes have no copy.
    if (plain.body.length > 1_024) expect(compressed.headers.get("content-encoding")).toBe("br");
    expect(compressed.body).toBe(plain.body);
  });

  test("goes back to the console whatever the request names", async () => {
    const { send } = openBrowser();
    const { headers } = await send(
      "sign-in?return_to=https://evil.example&redirect_uri=https://evil.example",
    );
    const asked = new URL(headers.get("location") ?? "");
    expect(asked.origin).toBe(provider.url);
    expect(asked.searchParams.get("redirect_uri")).toBe(`${apiUrl}/console/sign-in/callback`);
  });

  const refusals: [string, (back: URL) => void, number][] = [
    ["another state", (back) => back.searchParams.set("state", "x".repeat(43)), 400],
    ["no state", (back) => back.searchParams.delete("state"), 400],
    ["two states", (back) => back.searchParams.append("state", "another"), 400],
    ["another code", (back) => back.searchParams.set("code", "guessed"), 400],
    ["the name of another issuer", (back) => back.searchParams.set("iss", "https://evil.example"), 400],
  ];
  test.each(refusals)("with %s is refused", async (_what, change, status) => {
    const { cookies, send, approve } = openBrowser();
    const back = await approve();
    change(back);
    const reply = await send(back.href);
    expect(reply).toMatchObject({ status, body: expect.stringContaining("Not signed in") });
    expect(cookies.has(sessionCookie)).toBe(false);
  });

  test.each<[string, Partial<SimulatedProvider["behaviour"]>]>([
    ["another nonce", { distort: (claims) => ({ ...claims, nonce: "another" }) }],
    ["no nonce", { distort: ({ nonce: _, ...claims }) => claims }],
    ["the audience of another client", { distort: (claims) => ({ ...claims, aud: "another" }) }],
    ["another issuer", { distort: (claims) => ({ ...claims, iss: "https://evil.example" }) }],
    [
      "an expiry in the past",
      { distort: (claims) => ({ ...claims, exp: Math.floor(Date.now() / 1000) - 60 }) },
    ],
    ["a signature of an unknown key", { foreignKey: true }],
  ])("with an ID token that has %s is refused", async (_what, behaviour) => {
    Object.assign(provider.behaviour, behaviour);
    const { cookies, signIn } = openBrowser();
    expect(await signIn()).toMatchObject({ status: 400 });
    expect(cookies.has(sessionCookie)).toBe(false);
  });

  test("that another browser began is refused", async () => {
    const back = await openBrowser().approve();
    const { cookies, send } = openBrowser();
    expect(await send(back.href)).toMatchObject({ status: 400 });
    const other = openBrowser();
    await other.approve();
    expect(await other.send(back.href)).toMatchObject({ status: 400 });
    expect(cookies.size).toBe(0);
  });

  test.each<[string, SimulatedProvider["behaviour"]["claims"]]>([
    ["another address", { ...operator, email: "visitor@example.com" }],
    ["an address that the provider has not verified", { ...operator, email_verified: false }],
    ["an address of which the provider says nothing", { email: operator.email }],
    ["another group", { groups: ["bot-operators-2", "everyone"] }],
    ["no address and no group", {}],
  ])("of somebody with %s is refused", async (_who, claims) => {
    provider.behaviour.claims = claims ?? {};
    const { cookies, signIn } = openBrowser();
    expect(await signIn()).toMatchObject({
      status: 403,
      body: expect.stringContaining("may not use this console"),
    });
    expect(cookies.has(sessionCookie)).toBe(false);
  });

  test("of a member of an allowed group succeeds, also if only the userinfo endpoint names the group", async () => {
    provider.behaviour.claims = { groups: ["bot-operators"] };
    await signedIn();
    provider.behaviour.claims = {};
    provider.behaviour.userinfo = { groups: "bot-operators", name: "Oscar" };
    const { send } = await signedIn();
    expect(JSON.parse((await send("session.json")).body)).toMatchObject({ name: "Oscar" });
  });

  test("of somebody else whose address only the ID token or only the userinfo endpoint has verified is refused", async () => {
    provider.behaviour.claims = { email: "visitor@example.com", email_verified: true };
    provider.behaviour.userinfo = { email: operator.email };
    expect(await openBrowser().signIn()).toMatchObject({ status: 403 });
    provider.behaviour.claims = { email: operator.email };
    provider.behaviour.userinfo = { email_verified: true };
    expect(await openBrowser().signIn()).toMatchObject({ status: 403 });
  });

  test("is refused if the userinfo endpoint speaks of another person", async () => {
    provider.behaviour.claims = {};
    provider.behaviour.userinfo = { sub: "person-2", ...operator };
    expect(await openBrowser().signIn()).toMatchObject({ status: 400 });
  });

  test("that the person or the provider refuses says so", async () => {
    provider.behaviour.denies = true;
    expect(await openBrowser().signIn()).toMatchObject({
      status: 403,
      body: expect.stringContaining("did not let you in"),
    });
  });
});

/** A session as the console seals it, at another time or with another key. */
const sealSession = (
  { key = sessionKey, ageMs = 0, issuer = provider.url, purpose = "session" } = {},
  claims = { subject: "person-1", name: "Olivia", email: "operator@example.com", groups: [] as string[] },
): Promise<string> => {
  const clock: Clock = { now: () => Date.now() - ageMs, sleep: async () => {} };
  return makeSealedClaims({
    keys: async () => [key],
    purpose,
    issuer,
    clientId: oidcClient.id,
    lifeMs: 8 * 60 * 60_000,
    schema: sessionClaims,
    clock,
  }).seal(claims);
};

const statusWith = async (session: string): Promise<number> => {
  const { cookies, send } = openBrowser();
  cookies.set(sessionCookie, session);
  return (await send("session.json")).status;
};

test("a call has the same request id in the page, in the console's log and in the bridge's", async () => {
  const { post } = await signedIn();
  const { status, headers } = await post("api/v3/bot/create.json", {});
  expect(status).toBe(400);
  const lines = log()
    .split("\n")
    .filter((line) => line.includes(`"requestId":"${headers.get("x-request-id")}"`));
  expect(lines).toEqual([
    expect.stringContaining('"event":"request_refused"'),
    expect.stringContaining('"event":"console_call"'),
  ]);
});

describe("a session", () => {
  test("ends after its hours, and cannot be made by anyone else", async () => {
    expect(await statusWith(await sealSession())).toBe(200);
    expect(await statusWith(await sealSession({ ageMs: 8 * 60 * 60_000 + 1_000 }))).toBe(401);
    expect(await statusWith(await sealSession({ key: { id: "s1", key: Buffer.alloc(32, 6) } }))).toBe(401);
    expect(await statusWith(await sealSession({ key: { ...sessionKey, id: "s2" } }))).toBe(401);
    expect(await statusWith(await sealSession({ issuer: "https://idp.example.com" }))).toBe(401);
    expect(await statusWith(await sealSession({ purpose: "sign-in" }))).toBe(401);
  });

  test("of somebody who may no longer sign in is no longer valid", async () => {
    const former = { subject: "person-2", name: "Otto", email: "former@example.com", groups: ["former"] };
    expect(await statusWith(await sealSession({}, former))).toBe(401);
  });

  test("does not let other sites' pages do anything", async () => {
    const { post } = await signedIn();
    for (const headers of [
      { origin: "https://evil.example" },
      { "content-type": "text/plain" },
      { "sec-fetch-site": "same-site" },
    ])
      expect(await post("api/v3/bot/query.json", {}, headers)).toMatchObject({ status: 403 });
  });

  test("ends with the sign-out, which goes on at the provider", async () => {
    const { cookies, post, send } = await signedIn();
    const { url } = JSON.parse((await post("sign-out", {})).body);
    expect(new URL(url)).toMatchObject({ origin: provider.url, pathname: "/sign-out" });
    expect(new URL(url).searchParams.get("post_logout_redirect_uri")).toBe(`${apiUrl}/console/`);
    expect(cookies.has(sessionCookie)).toBe(false);
    expect(await send("session.json")).toMatchObject({ status: 401 });
  });
});

test("the address without a slash leads to the page", async () => {
  const { send } = openBrowser();
  const { status, headers } = await send(`${apiUrl}/console`);
  expect({ status, location: headers.get("location") }).toEqual({
    status: 302,
    location: `${apiUrl}/console/index.html`,
  });
  expect(headers.get("content-security-policy")).toMatch(/^default-src 'none'/);
});

test("a provider that does not answer is named as the reason", async () => {
  const browser = openBrowser();
  const back = await browser.approve();
  await provider.close();
  expect(await browser.send(back.href)).toMatchObject({
    status: 502,
    body: expect.stringContaining("does not answer"),
  });
});
