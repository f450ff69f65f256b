import type { APIGatewayProxyEvent } from "aws-lambda";

/** A request as the routes see it. */
export interface ApiRequest {
  /** As the template has it: a custom domain may put a prefix before the path itself. */
  readonly route: string;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly body: Buffer;
}

/** Names in lower case: callers may write them as they like. */
export const headersOf = ({ headers }: APIGatewayProxyEvent): ApiRequest["headers"] =>
  Object.fromEntries(Object.entries(headers ?? {}).map(([name, value]) => [name.toLowerCase(), value]));

export const toApiRequest = (event: APIGatewayProxyEvent): ApiRequest => ({
  route: event.resource,
  headers: headersOf(event),
  body: Buffer.from(event.body ?? "", event.isBase64Encoded ? "base64" : "utf8"),
});
