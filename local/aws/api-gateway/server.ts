import { randomUUID } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";
import { type HttpServer, startHttpServer } from "../../http-server.ts";
import type { Invoke } from "../lambda/outcome.ts";
import type { RestApi } from "../template/rest-apis.ts";
import { answerOf } from "./answer.ts";
import type { Exchange, Reply } from "./exchange.ts";
import { gatewayReply } from "./gateway-response.ts";
import { readLimitedBody } from "./read-limited-body.ts";
import { makeRouter } from "./router.ts";
import { sendReply, sendStream } from "./send.ts";
import { makeThrottle } from "./throttle.ts";

/** A request and its response. */
export interface ObservedExchange {
  readonly method: string;
  readonly path: string;
  readonly requestBody: string;
  readonly statusCode: number;
  /** Empty if it was streamed. */
  readonly replyBody: string;
}

export interface ApiGatewayOptions {
  readonly api: RestApi;
  readonly port: number;
  /** Returns the invoker of the named function. */
  readonly invoke: (functionName: string) => Invoke;
  /** Called when the response has been sent or the client has disconnected. */
  readonly onExchange: ((exchange: ObservedExchange) => void) | undefined;
  /** Why a request is refused before it is handled, which a gateway does not; undefined if it is not. */
  readonly refuse?: ((exchange: Exchange) => string | undefined) | undefined;
  /** Monotonic time in milliseconds for throttling; default: performance.now(). */
  readonly now?: () => number;
}

const maxRequestBytes = 10 * 1024 * 1024;

/** Serves a REST API on one port. The stage is not part of the path. */
export const startApiGateway = ({
  api,
  port,
  invoke,
  onExchange,
  refuse = () => undefined,
  now = () => performance.now(),
}: ApiGatewayOptions): Promise<HttpServer> => {
  const route = makeRouter(api.routes);
  const isAllowed = makeThrottle(api.stage.throttles, now);

  return startHttpServer(port, async (request, response) => {
    const body = await readLimitedBody(request, maxRequestBytes);
    const exchange = exchangeOf(request, body ?? Buffer.alloc(0));
    let replyBody = "";
    if (onExchange) observe(exchange, response, () => replyBody, onExchange);
    const reply = (sent: Reply): void => {
      replyBody = sent.body.toString();
      sendReply(response, exchange, sent);
    };
    const fail = (failure: Parameters<typeof gatewayReply>[2]) => reply(gatewayReply(api, exchange, failure));

    const refusal = refuse(exchange);
    if (refusal !== undefined) return reply(forbidden(refusal));
    if (!body) return fail("REQUEST_TOO_LARGE");
    const match = route(exchange.method, exchange.path);
    if (!match) return fail("MISSING_AUTHENTICATION_TOKEN");
    const { path, integration } = match.route;
    if (!isAllowed(path, exchange.method)) return fail("THROTTLED");
    const deadline = Date.now() + integration.timeoutMs;
    const answer = await answerOf(api, exchange, match, integration, invoke(integration.functionName));
    switch (answer.kind) {
      case "failure":
        return fail(answer.failure);
      case "reply":
        return reply(answer.reply);
      case "stream":
        return sendStream(response, exchange, answer.response, deadline);
    }
  });
};

const forbidden = (errorMessage: string): Reply => ({
  statusCode: 403,
  headers: [["content-type", "application/json"]],
  body: JSON.stringify({ errorMessage }),
});

const exchangeOf = (request: IncomingMessage, body: Buffer): Exchange => {
  const [path = "/", ...query] = (request.url ?? "/").split("?");
  return {
    requestId: randomUUID(),
    method: request.method ?? "GET",
    path,
    query: new URLSearchParams(query.join("?")),
    request,
    body,
  };
};

const observe = (
  { method, path, body }: Exchange,
  response: ServerResponse,
  replyBody: () => string,
  onExchange: (exchange: ObservedExchange) => void,
): void => {
  response.once("close", () => {
    const { statusCode } = response;
    onExchange({ method, path, requestBody: body.toString(), statusCode, replyBody: replyBody() });
  });
};
