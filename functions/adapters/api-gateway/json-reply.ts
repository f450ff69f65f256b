import type { APIGatewayProxyResult } from "aws-lambda";

export const jsonReply = (status: number, body: object): APIGatewayProxyResult => ({
  statusCode: status,
  headers: { "content-type": "application/json; charset=utf-8" },
  body: JSON.stringify(body),
});
