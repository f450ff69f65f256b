import { randomUUID } from "node:crypto";
import type { Readable } from "node:stream";
import type { MiddlewareObj } from "@middy/core";
import type { APIGatewayProxyEvent, APIGatewayProxyResult, Context } from "aws-lambda";
import { newTraceId, type Trace, toTraceparent, traceIdIn } from "#adapters/node/trace.ts";
import { headersOf } from "./api-request.ts";

/** At most 36 visible ASCII characters (docs/spec/rongcloud.md, section 2), so it cannot inject another header. */
const acceptable = /^[\x21-\x7e]{1,36}$/;

/** The caller's `X-Request-ID`, or a new one if it is missing or not acceptable. */
const requestIdOf = (event: APIGatewayProxyEvent): string => {
  const header = headersOf(event)["x-request-id"];
  return header !== undefined && acceptable.test(header) ? header : randomUUID();
};

/** A response, with a complete or a streamed body. */
export type ApiResult = Omit<APIGatewayProxyResult, "body"> & { readonly body: string | Readable };

export type ApiMiddleware<R extends ApiResult> = MiddlewareObj<APIGatewayProxyEvent, R, Error, Context>;

const traceIdOf = (event: APIGatewayProxyEvent): string =>
  traceIdIn(headersOf(event).traceparent) ?? newTraceId();

/** The trace of a request that has passed `requestId`. */
export const traceOf = (event: APIGatewayProxyEvent): Trace => ({
  requestId: headersOf(event)["x-request-id"] ?? "",
  traceId: traceIdOf(event),
});

/**
 * Gives each request an id, and a trace unless the caller has begun one: handlers find them in the headers `x-request-id` and
 * `traceparent`. The id is returned as `X-Request-ID`.
 */
export const requestId = <R extends ApiResult>(): ApiMiddleware<R> => {
  const addHeader: ApiMiddleware<R>["after"] = ({ event, response }) => {
    if (response)
      response.headers = { ...response.headers, "x-request-id": headersOf(event)["x-request-id"] ?? "" };
  };
  return {
    before: ({ event }) => {
      event.headers = {
        ...headersOf(event),
        "x-request-id": requestIdOf(event),
        traceparent: toTraceparent(traceIdOf(event)),
      };
    },
    after: addHeader,
    onError: addHeader,
  };
};
