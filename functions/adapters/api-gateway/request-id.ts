import { randomUUID } from "node:crypto";
import type { Readable } from "node:stream";
import type { MiddlewareObj } from "@middy/core";
import type { APIGatewayProxyEvent, APIGatewayProxyResult, Context } from "aws-lambda";
import { headersOf } from "./api-request.ts";

/** At most 36 characters (docs/spec/rongcloud.md, section 2), and none that could begin another header. */
const acceptable = /^[\x21-\x7e]{1,36}$/;

/** The caller's `X-Request-ID`, or one made up where it sent none. */
const requestIdOf = (event: APIGatewayProxyEvent): string => {
  const given = headersOf(event)["x-request-id"];
  return given !== undefined && acceptable.test(given) ? given : randomUUID();
};

/** What a request carries from one middleware to the next. */
export interface RequestMarks extends Record<string, unknown> {
  requestId?: string;
}

/** A reply, whole or as it comes. */
export type ApiResult = Omit<APIGatewayProxyResult, "body"> & { readonly body: string | Readable };

export type ApiMiddleware<R extends ApiResult> = MiddlewareObj<
  APIGatewayProxyEvent,
  R,
  Error,
  Context,
  RequestMarks
>;

/** Names each request, and tells the caller the name. */
export const requestId = <R extends ApiResult>(): ApiMiddleware<R> => {
  const addHeader: ApiMiddleware<R>["after"] = ({ response, internal }) => {
    if (response) response.headers = { ...response.headers, "x-request-id": internal.requestId ?? "" };
  };
  return {
    before: ({ event, internal }) => {
      internal.requestId = requestIdOf(event);
    },
    after: addHeader,
    onError: addHeader,
  };
};
