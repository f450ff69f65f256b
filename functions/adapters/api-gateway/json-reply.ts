import type { APIGatewayProxyResult } from "aws-lambda";

/** A reply that no browser and no proxy keeps: many are of one user, such as the messages of a conversation. */
export const jsonReply = (
  status: number,
  body: object,
  headers: Readonly<Record<string, string>> = {},
): APIGatewayProxyResult => ({
  statusCode: status,
  headers: {
    "content-type": "application/json; charset=utf-8",
    "cache-control": "no-store",
    ...headers,
  },
  body: JSON.stringify(body),
});
