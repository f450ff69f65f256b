import { randomUUID } from "node:crypto";
import type { Readable } from "node:stream";
import type { MiddlewareObj } from "@middy/core";
import type { APIGatewayProxyEvent, APIGatewayProxyResult, Context } from "aws-lambda";
import { headersOf } from "./api-request.ts";

/** At most 36 visible ASCII characters (docs/spec/rongcloud.md, section 2), so it cannot inject another header. */
const acceptable = /^[\x21-\x7e]{1,36}$/;

/** The caller's `X-Request-ID`, or a new one if it is missing or not acceptable. */
const requestIdOf = (event: APIGatewayProxyEvent): string => {
  const header = headersOf(event)["x-request-id"];
  return header !== undefined && acceptable.test(header) ? header : randomUUID();
};

/** State of a request that middlewares share (`request.internal` of middy). */
export interface RequestState extends Record<string, unknown> {
  requestId?: string;
}

/** A response, with a complete or a streamed body. */
export type ApiResult = Omit<APIGatewayProxyResult, "body"> & { readonly body: string | Readable };

export type ApiMiddleware<R extends ApiResult> = MiddlewareObj<
  APIGatewayProxyEvent,
  R,
  Error,
  Context,
  RequestState
>;

/** Gives each request an id: handlers find it in the header `x-request-id`, and it is returned as `X-Request-ID`. */
export const requestId = <R extends ApiResult>(): ApiMiddleware<R> => {
  const addHeader: ApiMiddleware<R>["after"] = ({ response, internal }) => {
    if (response) response.headers = { ...response.headers, "x-request-id": internal.requestId ?? "" };
  };
  return {
    before: ({ event, internal }) => {
      const id = requestIdOf(event);
      internal.requestId = id;
      event.headers = { ...event.headers, "x-request-id": id };
    },
    after: addHeader,
    onError: addHeader,
  };
};
