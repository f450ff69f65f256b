import { createHash } from "node:crypto";
import type { IncomingHttpHeaders, RequestListener, ServerResponse } from "node:http";
import { Webhook } from "standardwebhooks";
import { makeHttpClient } from "#adapters/http/http-client.ts";
import { systemClock } from "#adapters/node/system-clock.ts";
import { type CallWebhookPorts, makeCallWebhook } from "#adapters/webhook/call-webhook.ts";
import type { WebhookCall } from "#core/jobs/call-webhook.ts";
import { readBody } from "../../../../local/http-server.ts";
import { makeTestClock } from "../../../support/test-clock.ts";
import { bot, messageEvent, webhookIntegration } from "../../../support/turns.ts";
import { type TestServer, withServer } from "../http/servers.ts";
import { app, appsOf } from "../secrets/apps.ts";

export const appSecret = "secret-of-app-one";

/** A request as an app's server receives it. */
export interface Received {
  readonly method: string | undefined;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

/** The last of each name: a callback URL may have parameters with the same names as ours. */
export const signedQuery = ({ query }: Received) => {
  const last = (name: string): string => query.getAll(name).at(-1) ?? "";
  return {
    appKey: last("appKey"),
    nonce: last("nonce"),
    timestamp: last("timestamp"),
    signTimestamp: last("signTimestamp"),
    signature: last("signature"),
  };
};

/** As RongCloud's guide asks receivers to verify. */
export const isSignedWith = (secret: string, received: Received): boolean => {
  const { nonce, timestamp, signature } = signedQuery(received);
  return signature === createHash("sha1").update(`${secret}${nonce}${timestamp}`, "utf8").digest("hex");
};

/** As a receiver with the stock library verifies. @throws WebhookVerificationError */
export const readWith = (library: Webhook, { headers, body }: Received): unknown =>
  library.verify(body, {
    "webhook-id": String(headers["webhook-id"]),
    "webhook-timestamp": String(headers["webhook-timestamp"]),
    "webhook-signature": String(headers["webhook-signature"]),
  });

export const rawLibrary = (secret: string): Webhook => new Webhook(secret, { format: "raw" });

/** For libraries that accept only base64. */
export const base64Library = (secret: string): Webhook =>
  new Webhook(`whsec_${Buffer.from(secret, "utf8").toString("base64")}`);

export interface Receiver extends TestServer {
  readonly received: readonly Received[];
}

type Answer = (response: ServerResponse, received: Received) => void;

/** Runs a test against an app's server of its own. */
export const withReceiver = (answer: Answer, test: (receiver: Receiver) => Promise<void>) => {
  const all: Received[] = [];
  const listener: RequestListener = async (request, response) => {
    const body = await readBody(request);
    const { pathname, searchParams } = new URL(`http://receiver${request.url}`);
    const { method, headers } = request;
    const received = { method, path: pathname, query: searchParams, headers, body };
    all.push(received);
    answer(response, received);
  };
  return withServer(listener, (server) => test({ ...server, received: all }));
};

export const take: Answer = (response) => void response.writeHead(204).end();

/**
 * The adapter as a function composes it, with a test clock that starts now, since the library rejects
 * timestamps older than five minutes.
 */
export const makeCaller = (given: Partial<CallWebhookPorts> = {}) => {
  const clock = makeTestClock(Date.now());
  const callWebhook = makeCallWebhook({
    sendHttp: makeHttpClient({ publicOnly: false, clock: systemClock }),
    apps: appsOf(app({ secrets: [appSecret] })),
    clock,
    ...given,
  });
  return { callWebhook, clock };
};

export const callTo = (callbackUrl: string, given: Partial<WebhookCall> = {}): WebhookCall => ({
  appKey: "app-one",
  bot: bot(),
  integration: webhookIntegration({ callbackUrl }),
  event: messageEvent({ source: "iOS" }),
  id: "b3c1f3a0e7",
  ...given,
});
