import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { APIGatewayProxyEvent, Context } from "aws-lambda";
import { toApiFailure } from "#adapters/api-gateway/api-error.ts";
import { jsonReply } from "#adapters/api-gateway/json-reply.ts";
import type { Clock } from "#core/shared/clock.ts";
import { BridgeError, callerError } from "#core/shared/errors.ts";
import type { Log } from "#core/shared/log.ts";
import { gatewayHeader, isSecret } from "./gateway-secret.ts";
import { HostedResponse } from "./hosted-response.ts";
import type { RouteKey } from "./match-route.ts";
import { readBody } from "./read-body.ts";
import { toProxyEvent } from "./to-proxy-event.ts";

/** A handler made by `makeStreamedHandler`, after `awslambda.ts` was imported. */
export type StreamingHandler = (
  event: APIGatewayProxyEvent,
  stream: HostedResponse,
  context: Context,
) => Promise<unknown>;

export interface WebHostParts {
  readonly handler: StreamingHandler;
  /** The routes that the handler serves. */
  readonly routes: readonly RouteKey[];
  /** How long a request may take, its stream included. */
  readonly timeoutMs: number;
  /** Requests without it are refused. Undefined: every request is served. */
  readonly gatewaySecret: string | undefined;
  readonly clock: Clock;
  readonly log: Log;
}

export interface WebHost {
  readonly server: Server;
  /**
   * Accepts no more connections, and resolves when all requests have ended, or after `graceMs`, when those that are left
   * are cut off.
   */
  close(graceMs: number): Promise<void>;
}

/** Longer than proxies keep an idle connection, so that they close it first: a request on a closed one would be lost. */
const keepAliveMs = 120_000;
/** For the headers and the body of a request. */
const requestMs = 30_000;

interface Begun {
  readonly requestId: string;
  readonly receivedAt: number;
  readonly until: number;
}

/** The context that Lambda gives a handler. Only the remaining time and the request's id are known here. */
const contextOf = ({ requestId, until }: Begun, clock: Clock): Context => ({
  callbackWaitsForEmptyEventLoop: true,
  functionName: "",
  functionVersion: "",
  invokedFunctionArn: "",
  memoryLimitInMB: "",
  awsRequestId: requestId,
  logGroupName: "",
  logStreamName: "",
  getRemainingTimeInMillis: () => Math.max(0, until - clock.now()),
  done: () => undefined,
  fail: () => undefined,
  succeed: () => undefined,
});

const tooLarge = (): BridgeError => callerError("parameter_too_long", "body: at most 10 MB");
const notFromGateway = (): BridgeError => callerError("forbidden", "must be called through the API");
const timedOut = (): BridgeError => new BridgeError("upstream_timeout", "the request took too long");

/** Sends an error if nothing was sent, and closes the connection otherwise: a client must not take a part for the whole. */
const refuse = (response: ServerResponse, error: BridgeError): void => {
  if (response.headersSent) {
    response.destroy();
    return;
  }
  const { status, body } = toApiFailure(error);
  const reply = jsonReply(status, body);
  response.writeHead(reply.statusCode, { ...reply.headers, connection: "close" } as Record<string, string>);
  response.end(reply.body);
};

/**
 * An HTTP server over a streaming handler: many requests at once in one process, on Lambda's Web Functions and on any
 * machine (docs/adr/0042-many-turns-in-one-environment.md).
 */
export const makeWebHost = ({
  handler,
  routes,
  timeoutMs,
  gatewaySecret,
  clock,
  log,
}: WebHostParts): WebHost => {
  const inProgress = new Set<Promise<void>>();
  /** Aborted when the requests that are left are cut off. */
  const cutOff = new AbortController();

  const handle = async (request: IncomingMessage, response: ServerResponse, begun: Begun): Promise<void> => {
    if (gatewaySecret !== undefined && !isSecret(request.headers[gatewayHeader]?.toString(), gatewaySecret))
      return refuse(response, notFromGateway());
    const body = await readBody(request);
    if (!body) return refuse(response, tooLarge());
    const event = toProxyEvent({ request, body, ...begun }, routes);
    await handler(event, new HostedResponse(response), contextOf(begun, clock));
  };

  const serve = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const receivedAt = clock.now();
    const begun = { requestId: randomUUID(), receivedAt, until: receivedAt + timeoutMs };
    const ended = new AbortController();
    const watched = AbortSignal.any([ended.signal, cutOff.signal]);
    void clock.sleep(timeoutMs, watched).then(() => {
      if (watched.aborted) return;
      log.warn("request_timed_out", { requestId: begun.requestId });
      refuse(response, timedOut());
    });
    try {
      await handle(request, response, begun);
    } catch (error) {
      // A client that disconnects before the end of its request is not a failure of the server.
      if (!request.complete && request.destroyed) return;
      log.error("request_failed", { requestId: begun.requestId, reason: String(error) });
      refuse(response, new BridgeError("internal", String(error)));
    } finally {
      ended.abort();
    }
  };

  const server = createServer(
    { keepAliveTimeout: keepAliveMs, headersTimeout: requestMs, requestTimeout: requestMs },
    (request, response) => {
      if (!server.listening) response.setHeader("connection", "close");
      const served = serve(request, response).finally(() => {
        inProgress.delete(served);
        // The connection of the last response would stay open until its keep-alive ends.
        if (!server.listening) server.closeIdleConnections();
      });
      inProgress.add(served);
    },
  );

  return {
    server,
    async close(graceMs) {
      const closed = server.listening ? once(server, "close") : Promise.resolve();
      server.close();
      server.closeIdleConnections();
      const over = new AbortController();
      await Promise.race([Promise.all(inProgress), clock.sleep(graceMs, over.signal)]);
      over.abort();
      cutOff.abort();
      server.closeAllConnections();
      await closed;
    },
  };
};
