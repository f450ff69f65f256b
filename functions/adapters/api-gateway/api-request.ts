import type { APIGatewayProxyEvent } from "aws-lambda";

/** A request as the routes see it. */
export interface ApiRequest {
  readonly path: string;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly body: Buffer;
}

export const toApiRequest = ({ path, headers, body, isBase64Encoded }: APIGatewayProxyEvent): ApiRequest => ({
  path,
  headers: Object.fromEntries(
    Object.entries(headers ?? {}).map(([name, value]) => [name.toLowerCase(), value]),
  ),
  body: Buffer.from(body ?? "", isBase64Encoded ? "base64" : "utf8"),
});
