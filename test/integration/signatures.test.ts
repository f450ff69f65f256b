import type { IncomingHttpHeaders } from "node:http";
import { beforeAll, describe, expect, test } from "@jest/globals";
import { signCall } from "#adapters/rongcloud/sign-call.ts";
import type { ApiFunctions } from "../../lib/api-functions.ts";
import { makeRoutes, type Route } from "../../lib/api-routes.ts";
import { type AppServerSimulator, startAppServerSimulator } from "../../local/app-server/server.ts";
import { readBody, startHttpServer } from "../../local/http-server.ts";
import { closeAfterAll } from "../support/close-after.ts";
import { eventually } from "../support/eventually.ts";
import { type RunningBridge, startBridge } from "../support/local-run.ts";
import { callApi, localApp, textMessage } from "../support/signed-call.ts";

/** A signature as someone who recorded a call has it. */
interface Signed {
  readonly appKey: string;
  readonly nonce: string;
  readonly timestamp: string;
  readonly signature: string;
}

/** A recorded call, with all that it contains. */
interface Recorded {
  readonly signed?: Signed;
  readonly token?: string;
}

const kinds = [
  "a call of the server API",
  "a message from the full message route",
  "a bot event, signed in its headers",
  "a call to the IM",
  "a call that was forwarded to the IM",
  "a call to a webhook",
  "a user's call",
] as const;
type Kind = (typeof kinds)[number];

let bridge: RunningBridge;
let appServer: AppServerSimulator;
/** Headers of the calls that the IM received. */
const atIm: IncomingHttpHeaders[] = [];
const recorded = new Map<Kind, Recorded>();

const messagesPath = "/callbacks/rongcloud/messages";
const botEventsPath = "/callbacks/rongcloud/bot-events";
const message = (content: string, msgUID: string): URLSearchParams => {
  const form = textMessage("u7", "bot-signed", content);
  for (const [name, value] of Object.entries({ channelType: "PERSON", msgUID })) form.set(name, value);
  return form;
};
const botEvent = {
  type: "message:private",
  bot: { userId: "bot-signed" },
  data: {
    fromUserId: "u7",
    toUserId: "bot-signed",
    objectName: "RC:TxtMsg",
    content: '{"content":"hello"}',
    channelType: "PERSON",
    msgUID: "event-1",
  },
};

const sign = (): Signed => {
  const headers = signCall(localApp, Date.now());
  return {
    appKey: headers["App-Key"],
    nonce: headers.Nonce,
    timestamp: headers.Timestamp,
    signature: headers.Signature,
  };
};
const headersOf = ({ appKey, nonce, timestamp, signature }: Signed): Record<string, string> => ({
  "App-Key": appKey,
  Nonce: nonce,
  Timestamp: timestamp,
  Signature: signature,
});
const signedIn = (headers: IncomingHttpHeaders | undefined): Signed => ({
  appKey: String(headers?.["app-key"]),
  nonce: String(headers?.nonce),
  timestamp: String(headers?.timestamp),
  signature: String(headers?.signature),
});
const queryOf = (signed: Signed): string => `${new URLSearchParams({ ...signed })}`;

beforeAll(async () => {
  const im = closeAfterAll(
    await startHttpServer(0, async (request, response) => {
      atIm.push(request.headers);
      await readBody(request);
      response
        .writeHead(200, { "content-type": "application/json" })
        .end(JSON.stringify({ code: 200, token: "of-the-im", messageUIDs: [] }));
    }),
  );
  appServer = closeAfterAll(
    await startAppServerSimulator({ appKey: localApp.appKey, appSecret: localApp.secret }),
  );
  bridge = await startBridge({ RONGCLOUD_API_URL: im.url, PASS_THROUGH: "1" });

  const bot = {
    userId: "bot-signed",
    name: "Helpdesk",
    type: "faq",
    profileUrl: "https://example.com/bot.png",
    integrations: [{ type: "webhook", callbackUrl: `${appServer.url}/signed` }],
  };
  const ok = { status: 200, body: { code: 200 } };

  const call = sign();
  expect(await callApi(bridge.url, "/v3/bot/create.json", bot, headersOf(call))).toMatchObject(ok);
  recorded.set("a call of the server API", { signed: call });

  const user = new URLSearchParams({ userId: "u7" });
  const { body } = await callApi(bridge.url, "/user/getToken.json", user);
  recorded.set("a call to the IM", { signed: signedIn(atIm.at(-1)) });
  recorded.set("a user's call", { token: (body as { botToken: string }).botToken });

  expect(await callApi(bridge.url, "/group/create.json", user)).toMatchObject(ok);
  recorded.set("a call that was forwarded to the IM", { signed: signedIn(atIm.at(-1)) });

  const routed = sign();
  const route = `${messagesPath}?${queryOf(routed)}`;
  expect(await callApi(bridge.url, route, message("hello", "m-1"), {})).toMatchObject(ok);
  recorded.set("a message from the full message route", { signed: routed });

  const event = sign();
  expect(await callApi(bridge.url, botEventsPath, botEvent, headersOf(event))).toMatchObject(ok);
  recorded.set("a bot event, signed in its headers", { signed: event });

  const { query } = await eventually(() => {
    const [webhook] = appServer.received();
    if (!webhook) throw new Error("no webhook");
    return webhook;
  });
  const { appKey = "", nonce = "", timestamp = "", signature = "" } = query;
  recorded.set("a call to a webhook", { signed: { appKey, nonce, timestamp, signature } });
}, 60_000);

/** Every entry point. The functions themselves are not needed. */
const routes = makeRoutes({} as ApiFunctions).filter(
  ({ method, path }) => method !== "OPTIONS" && method !== "ANY" && path !== "/",
);

const bodies: Record<string, object | URLSearchParams> = {
  "/v3/bot/get.json": { userIds: ["bot-signed"] },
  "/v3/bot/query.json": {},
  "/user/getToken.json": new URLSearchParams({ userId: "u8" }),
  "/message/private/publish.json": message("once more", "m-2"),
  [messagesPath]: message("once more", "m-3"),
  [botEventsPath]: { ...botEvent, data: { ...botEvent.data, msgUID: "event-2" } },
};

const addressOf = (path: string): string =>
  path.replace("{proxy+}", "group/create.json").replace("{userId}", "bot-signed").replace("{turn}", "turn-1");

/** Sends all that was recorded to an entry point, in every place in which it looks for it. */
const send = async ({ method, path }: Route, { signed, token }: Recorded): Promise<number> => {
  const body = bodies[path] ?? {};
  const isForm = body instanceof URLSearchParams;
  const response = await fetch(`${bridge.url}${addressOf(path)}${signed ? `?${queryOf(signed)}` : ""}`, {
    method,
    headers: {
      "content-type": isForm ? "application/x-www-form-urlencoded" : "application/json",
      ...(signed && headersOf(signed)),
      authorization: `Bearer ${token ?? signed?.signature}`,
    },
    ...(method === "POST" && { body: isForm ? body : JSON.stringify(body) }),
  });
  await response.body?.cancel();
  return response.status;
};

/** Without a signature, a path that does not exist says so. */
const refusalAt = (path: string, { signed }: Recorded): number =>
  path === "/{proxy+}" && signed === undefined ? 404 : 401;

describe.each(kinds)("what was recorded of %s", (kind) => {
  test.each(routes.map((route) => [`${route.method} ${route.path}`, route] as const))(
    "at %s",
    async (_name, route) => {
      const call = recorded.get(kind) ?? {};
      const status = await send(route, call);
      if (route.authentication === "none") expect(status).toBe(200);
      else if (route.authentication === "token" && call.token !== undefined) expect(status).not.toBe(401);
      else expect(status).toBe(refusalAt(route.path, call));
    },
  );
});

test("what was recorded had no effect: no message, no call to the IM, no bot changed", async () => {
  // The search for the demo bot when the run started, the token, and the forwarded call.
  expect(atIm).toHaveLength(3);
  const received = () => appServer.received().map(({ envelope }) => envelope);
  await eventually(() => expect(received()).toHaveLength(2));
  expect(received()).toMatchObject([{ data: { msgUID: "m-1" } }, { data: { msgUID: "event-1" } }]);
  const { body } = await callApi(bridge.url, "/v3/bot/get.json", { userIds: ["bot-signed"] });
  expect(body).toMatchObject({ bots: [{ name: "Helpdesk", integrations: [{ type: "webhook" }] }] });
});

test("a callback that RongCloud repeats is accepted, and has no second effect", async () => {
  const { signed } = recorded.get("a message from the full message route") ?? {};
  if (!signed) throw new Error("no message was recorded");
  const route = `${messagesPath}?${queryOf(signed)}`;
  expect(await callApi(bridge.url, route, message("hello", "m-1"), {})).toMatchObject({ status: 200 });
  expect(await callApi(bridge.url, route, message("other", "m-1"), {})).toMatchObject({
    status: 401,
    body: { code: 1004, errorMessage: "signature: already used for another path or body, or another API" },
  });
});

test("a page of another site cannot use the default App Secret at a local run", async () => {
  const query = queryOf(sign());
  const fromPage = { origin: "https://evil.example" };
  const form = message("hello", "m-page");
  expect(await callApi(bridge.url, `${messagesPath}?${query}`, form, fromPage)).toMatchObject({
    status: 403,
  });
  expect(await callApi(bridge.url, `${messagesPath}?${query}`, form, {})).toMatchObject({ status: 200 });
});
