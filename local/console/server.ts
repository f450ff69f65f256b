import type { IncomingMessage, ServerResponse } from "node:http";
import { pipeline } from "node:stream/promises";
import * as v from "valibot";
import { makeHttpClient } from "#adapters/http/http-client.ts";
import { systemClock as clock } from "#adapters/node/system-clock.ts";
import type { Log } from "#core/shared/log.ts";
import { makeCallBridge } from "../../functions/console/call-bridge.ts";
import { type AnswerConsole, makeConsole } from "../../functions/console/console.ts";
import type { ConsoleReply } from "../../functions/console/console-reply.ts";
import { readPageFiles } from "../../functions/console/page-files.ts";
import { readLimitedBody } from "../aws/api-gateway/read-limited-body.ts";
import { demoBotId } from "../demo-bots.ts";
import { type HttpServer, startHttpServer } from "../http-server.ts";
import { buildPage } from "./build-page.ts";
import { type ImFeed, makeImFeed } from "./im-feed.ts";
import { makeImRoutes } from "./im-routes.ts";

export interface ConsoleOptions {
  /** It may be a promise, since the bridge starts after this server; requests wait for it. */
  readonly bridgeUrl: string | PromiseLike<string>;
  readonly appKey: string;
  readonly appSecret: string;
  /** 0: any free port. */
  readonly port: number;
  /** Whether any free port will do if that one is taken. */
  readonly orAnyPort?: boolean;
  /** Initial value of the page's bot field. */
  readonly botId?: string | undefined;
  readonly feed?: ImFeed;
  /** Builds the page and resolves to its folder. */
  readonly buildPage?: () => Promise<string>;
  readonly log?: Log;
}

/** Initial value of the page's user field. */
const demoUserId = "user-001";
/** Longer than the limit of the console itself, which answers with its own error. */
const maxBodyBytes = 2 * 1024 * 1024;

const noLog: Log = { info: () => {}, warn: () => {}, error: () => {} };

/**
 * Whether the Host header is this server's own. With DNS rebinding, another site's name can resolve to this machine,
 * but its pages still send that name.
 */
const hasOwnHost = ({ headers: { host }, socket: { localPort } }: IncomingMessage): boolean =>
  host === `127.0.0.1:${localPort}` || host === `localhost:${localPort}`;

const headersOf = ({ headers }: IncomingMessage): Record<string, string | undefined> =>
  Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, value?.toString()]));

const refuse = (response: ServerResponse, status: number, errorMessage: string): void => {
  response
    .writeHead(status, { "content-type": "application/json", "cache-control": "no-store" })
    .end(JSON.stringify({ errorMessage }));
};

const send = async (response: ServerResponse, { status, headers, body }: ConsoleReply): Promise<void> => {
  response.writeHead(status, headers);
  if (typeof body === "string" || Buffer.isBuffer(body)) {
    response.end(body);
    return;
  }
  // A client that disconnects ends the stream too.
  await pipeline(body, response).catch(() => {});
};

const portIsTaken = v.object({ code: v.literal("EADDRINUSE") });

/**
 * Serves the console on the loopback interface, without a sign-in. It signs as the app for its own page only. Other programs on this
 * machine can imitate the page, so it is for development only.
 */
export const startConsole = async ({
  port,
  orAnyPort = false,
  bridgeUrl: givenUrl,
  appKey,
  appSecret,
  botId = demoBotId,
  feed = makeImFeed(clock),
  buildPage: build = buildPage,
  log = noLog,
}: ConsoleOptions): Promise<HttpServer> => {
  const closed = new AbortController();
  const callBridge = makeCallBridge({ sendHttp: makeHttpClient({ publicOnly: false, clock }), clock });
  const app = { appKey, secrets: [appSecret] as const };

  let page: ReturnType<typeof readPageFiles> | undefined;
  /** On the first request: a run whose page nobody opens needs no bundler. A build that failed is repeated. */
  const builtPage = () => {
    page ??= build()
      .then(readPageFiles)
      .catch((error: unknown) => {
        page = undefined;
        throw error;
      });
    return page;
  };

  const answer: AnswerConsole = makeConsole({
    apps: {
      appKeys: async () => [appKey],
      find: async (wanted) => (wanted === appKey ? app : undefined),
    },
    callBridge,
    page: builtPage,
    signIn: undefined,
    local: {
      botId,
      userId: demoUserId,
      routes: makeImRoutes({ feed, callBridge, app, closed: closed.signal }),
    },
    clock,
    log,
  });

  const serve = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const { method = "GET", url = "/", headers } = request;
    const body = await readLimitedBody(request, maxBodyBytes);
    if (!hasOwnHost(request)) return refuse(response, 421, "unknown host");
    if (!body) return refuse(response, 413, `body: at most ${maxBodyBytes} bytes`);
    const [path = "/", query = ""] = url.split("?", 2);
    const bridgeUrl = await givenUrl;
    const reply = await answer({
      method,
      path: path.replace(/^\//, ""),
      query: new URLSearchParams(query),
      headers: headersOf(request),
      body,
      addresses: { consoleUrl: `http://${headers.host}/`, bridgeUrl },
    });
    await send(response, reply);
  };

  const start = (at: number): Promise<HttpServer> => startHttpServer(at, serve);
  const { url, close } = await start(port).catch((error: unknown) => {
    if (orAnyPort && v.is(portIsTaken, error)) return start(0);
    throw error;
  });
  return {
    url,
    close: () => {
      closed.abort();
      return close();
    },
  };
};
