import * as v from "valibot";
import { parseJsonBody } from "#adapters/api-gateway/parse-body.ts";
import { signCall } from "#adapters/rongcloud/sign-call.ts";
import type { App } from "#core/bot/app.ts";
import type { Clock } from "#core/shared/clock.ts";
import { callerError } from "#core/shared/errors.ts";
import type { BridgeCall, BridgeReply, CallBridge } from "./call-bridge.ts";
import { type ConsoleReply, jsonReply } from "./console-reply.ts";
import type { ConsoleRequest } from "./console-request.ts";
import type { SignReply, TokenReply } from "./page-calls.ts";

/** The apps whose calls the console signs. */
export interface ConsoleApps {
  /** The first one is used unless a request names another. */
  appKeys(): Promise<readonly string[]>;
  find(appKey: string): Promise<Pick<App, "appKey" | "secrets"> | undefined>;
}

export interface BridgeRoutesPorts {
  readonly apps: ConsoleApps;
  readonly callBridge: CallBridge;
  readonly clock: Clock;
}

/** What an operator has done, for the log. */
export interface AuditedCall {
  readonly app: string;
  readonly path: string;
  /** Undefined if the bridge was not asked, or did not answer. */
  readonly bridgeStatus?: number;
}

type BridgeRoute = (request: ConsoleRequest, audit: (call: AuditedCall) => void) => Promise<ConsoleReply>;

/** The calls that the console forwards: bots, turns, usage, jobs, and messages that a user sends. Nothing else of the API. */
const forwarded =
  /^\/(?:v3\/(?:bot|turn|usage|job)(?:\/\w+){1,4}|message\/(?:private|group)\/publish)\.json$/;

/** Their bodies are forms. */
const isForm = (path: string): boolean => path.startsWith("/message/");

const appKey = v.exactOptional(v.pipe(v.string("must be a string"), v.nonEmpty("must not be empty")));
const signRequest = v.object({ app: appKey });
const tokenRequest = v.object({ app: appKey, userId: v.string("must be a string") });

const formField = v.union(
  [v.string(), v.array(v.string())],
  "must be a string or an array of strings, as a field of a form",
);
const formFields = v.record(v.string(), formField);

/** A JSON object as the form that these paths take. A field that is an array is repeated. */
const toForm = (body: Buffer): string =>
  new URLSearchParams(
    Object.entries(parseJsonBody(formFields, body)).flatMap(([name, value]) =>
      [value].flat().map((each): [string, string] => [name, each]),
    ),
  ).toString();

const replyOf = ({ status, contentType, retryAfter, requestId, body }: BridgeReply): ConsoleReply => ({
  status,
  headers: {
    "content-type": contentType,
    ...(retryAfter !== undefined && { "retry-after": retryAfter }),
    ...(requestId !== undefined && { "x-request-id": requestId }),
  },
  body,
});

/** With a real IM, `token` is the IM's token unless the app says otherwise, and the bridge's has a field of its own. */
const givenToken = v.pipe(
  v.string(),
  v.parseJson(),
  v.object({ token: v.string(), botToken: v.optional(v.string()) }),
);

/** The console's calls of the bridge's API, signed as an app's server signs them. The browser never gets the App Secret. */
export const makeBridgeRoutes = ({ apps, callBridge, clock }: BridgeRoutesPorts) => {
  const appFor = async (wanted: string | undefined) => {
    const [first] = await apps.appKeys();
    const key = wanted ?? first;
    if (key === undefined) throw callerError("not_found", "the secret contains no app");
    const app = await apps.find(key);
    if (!app)
      throw callerError("bad_parameter", `app: must be an App Key in the secret, got ${JSON.stringify(key)}`);
    return app;
  };

  const call = async (bridgeCall: BridgeCall, audit: (call: AuditedCall) => void): Promise<BridgeReply> => {
    const called = { app: bridgeCall.app.appKey, path: bridgeCall.path };
    try {
      const reply = await callBridge(bridgeCall);
      audit({ ...called, bridgeStatus: reply.status });
      return reply;
    } catch (error) {
      // It may have been executed.
      audit(called);
      throw error;
    }
  };

  /** `POST api/<path>`: forwards the call, and returns what the bridge answers. */
  const forward: BridgeRoute = async ({ path, headers, body, addresses: { bridgeUrl } }, audit) => {
    const called = path.slice("api".length);
    if (!forwarded.test(called)) throw callerError("not_found", "no such path");
    const app = await appFor(headers["x-app"]);
    const content = isForm(called)
      ? ({ contentType: "application/x-www-form-urlencoded", body: toForm(body) } as const)
      : ({ contentType: "application/json", body: body.toString() } as const);
    return replyOf(await call({ app, bridgeUrl, path: called, ...content }, audit));
  };

  /** `POST token`: a user's token for the HTTP chat. */
  const token: BridgeRoute = async ({ body, addresses: { bridgeUrl } }, audit) => {
    const { app: wanted, userId } = parseJsonBody(tokenRequest, body);
    const bridgeCall = {
      app: await appFor(wanted),
      bridgeUrl,
      path: "/user/getToken.json",
      contentType: "application/x-www-form-urlencoded",
      body: new URLSearchParams({ userId }).toString(),
    } as const;
    const reply = await call(bridgeCall, audit);
    const given = v.safeParse(givenToken, reply.body);
    return reply.status === 200 && given.success
      ? jsonReply(200, { token: given.output.botToken ?? given.output.token } satisfies TokenReply)
      : replyOf(reply);
  };

  /** `POST sign`: the headers of one call, for a command to copy. They are valid for any call of the app, once. */
  const sign: BridgeRoute = async ({ body }, audit) => {
    const { app: wanted } = parseJsonBody(signRequest, body);
    const { appKey, secrets } = await appFor(wanted);
    audit({ app: appKey, path: "sign" });
    const headers = { ...signCall({ appKey, secret: secrets[0] }, clock.now()) };
    return jsonReply(200, { headers } satisfies SignReply);
  };

  return { forward, token, sign };
};
