import { setMaxListeners } from "node:events";
import type { IncomingMessage, ServerResponse } from "node:http";
import * as v from "valibot";
import { readBody, startHttpServer } from "../http-server.ts";
import { type Behaviour, behaviourSchema, makeBehaviours } from "./behaviours.ts";
import { type EchoOutcome, makeEcho, readMessage } from "./echo.ts";
import type { ReceivedWebhook } from "./received-webhook.ts";
import { sendAnswer, statusOf } from "./send-answer.ts";
import { areValid, type SigningApp, verifySignatures } from "./signatures.ts";

export type { Behaviour } from "./behaviours.ts";
export type { ReceivedWebhook } from "./received-webhook.ts";

export interface AppServerSimulatorOptions extends SigningApp {
  /** Where echoes are sent. It may be a promise, since the bridge may start after this server. */
  readonly bridgeUrl?: string | PromiseLike<string> | undefined;
  /** Called for each received webhook. */
  readonly onReceived?: ((webhook: ReceivedWebhook) => void) | undefined;
  readonly now?: (() => number) | undefined;
}

export interface AppServerSimulator {
  readonly url: string;
  /** The last 1,000, oldest first. */
  readonly received: () => readonly ReceivedWebhook[];
  /** Sets the behaviour for a path or for all paths. */
  readonly behave: (behaviour: Behaviour) => void;
  /** Closes open connections and cancels delays at once. */
  readonly close: () => Promise<void>;
}

interface StoredWebhook extends ReceivedWebhook {
  echo?: EchoOutcome;
}

const maxReceived = 1_000;
const echoPath = "/echo";

const parseJson = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
};

const reply = (response: ServerResponse, status: number, body: unknown): void => {
  response
    .writeHead(status, { "content-type": "application/json" })
    .end(`${JSON.stringify(body, null, 2)}\n`);
};

const webhookHeaders = ({ headers }: IncomingMessage): Record<string, string> =>
  Object.fromEntries(
    Object.entries(headers).flatMap(([name, value]) =>
      name.startsWith("webhook-") ? [[name, String(value)]] : [],
    ),
  );

/** Simulates an app's server: accepts the webhooks of bots on any path. */
export const startAppServerSimulator = async ({
  appKey,
  appSecret,
  bridgeUrl,
  onReceived,
  now = Date.now,
}: AppServerSimulatorOptions): Promise<AppServerSimulator> => {
  const app = { appKey, appSecret };
  const closing = new AbortController();
  // Every delayed response listens to it.
  setMaxListeners(0, closing.signal);
  const received: StoredWebhook[] = [];
  const behaviours = makeBehaviours();
  const sendEcho = makeEcho({ ...app, bridgeUrl, now, closing: closing.signal });

  /** A retry after a slow response carries the same message. */
  const wasEchoed = (webhook: StoredWebhook): boolean =>
    received.some(
      ({ headers, echo }) => echo !== undefined && headers["webhook-id"] === webhook.headers["webhook-id"],
    );

  const echo = async (webhook: StoredWebhook): Promise<void> => {
    const message = readMessage(webhook.envelope);
    if (webhook.path !== echoPath || message === undefined || wasEchoed(webhook)) return;
    webhook.echo = { status: "sending" };
    webhook.echo = await sendEcho(message);
  };

  const take = async (request: IncomingMessage, response: ServerResponse, url: URL): Promise<void> => {
    const body = await readBody(request);
    const { headers } = request;
    const signatures = verifySignatures(app, { query: url.searchParams, headers, body }, now());
    const isSigned = areValid(signatures);
    const behaviour = behaviours.take(url.pathname);
    const status = statusOf(behaviour, isSigned ? 200 : 401);
    const webhook: StoredWebhook = {
      host: headers.host ?? "",
      path: url.pathname,
      query: Object.fromEntries(url.searchParams),
      headers: webhookHeaders(request),
      envelope: parseJson(body.toString()),
      receivedAt: now(),
      signatures,
      status,
    };
    received.push(webhook);
    received.splice(0, received.length - maxReceived);
    onReceived?.(webhook);
    await sendAnswer(response, behaviour, status, closing.signal);
    const acknowledged = status !== undefined && status < 300;
    if (isSigned && acknowledged) await echo(webhook);
  };

  const setBehaviour = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const parsed = v.safeParse(behaviourSchema, parseJson((await readBody(request)).toString()));
    if (parsed.success) behaviours.set(parsed.output);
    reply(response, parsed.success ? 200 : 400, parsed.success ? parsed.output : v.flatten(parsed.issues));
  };
  const clearBehaviours = (_request: IncomingMessage, response: ServerResponse): void => {
    behaviours.clear();
    reply(response, 200, {});
  };
  const showReceived = (_request: IncomingMessage, response: ServerResponse): void =>
    reply(response, 200, received);

  const controlRoutes = new Map<string, (request: IncomingMessage, response: ServerResponse) => unknown>([
    ["GET /_simulator/received", showReceived],
    ["PUT /_simulator/behaviour", setBehaviour],
    ["DELETE /_simulator/behaviour", clearBehaviours],
  ]);

  const server = await startHttpServer(0, async (request, response) => {
    const url = new URL(request.url ?? "/", "http://app-server.local");
    if (url.pathname.startsWith("/_simulator/")) {
      const handle = controlRoutes.get(`${request.method} ${url.pathname}`);
      await (handle
        ? handle(request, response)
        : reply(response, 404, { error: "unknown control endpoint" }));
    } else if (request.method === "POST") await take(request, response, url);
    else reply(response, 405, { error: "webhooks must be POST requests" });
  });

  return {
    url: server.url,
    received: () => [...received],
    behave: behaviours.set,
    close: async () => {
      closing.abort();
      await server.close();
    },
  };
};
