import { randomUUID } from "node:crypto";
import type { MiddlewareObj } from "@middy/core";
import type { APIGatewayProxyEvent, APIGatewayProxyResult } from "aws-lambda";

/** At most 36 characters (contract, section 2), and none that could begin another header. */
const acceptable = /^[\x21-\x7e]{1,36}$/;

const requestIdOf = ({ headers }: APIGatewayProxyEvent): string => {
  const given = Object.entries(headers ?? {}).find(([name]) => name.toLowerCase() === "x-request-id")?.[1];
  return given !== undefined && acceptable.test(given) ? given : randomUUID();
};

type RequestIdMiddleware = MiddlewareObj<APIGatewayProxyEvent, APIGatewayProxyResult>;

/** Sends the caller's `X-Request-ID` back, or one made up where it sent none. */
export const requestId = (): RequestIdMiddleware => {
  const addHeader: RequestIdMiddleware["after"] = ({ event, response }) => {
    if (response) response.headers = { ...response.headers, "x-request-id": requestIdOf(event) };
  };
  return { after: addHeader, onError: addHeader };
};
