import type { APIGatewayProxyEvent } from "aws-lambda";

/** A request as the routes see it. */
export interface ApiRequest {
  /** As the template has it: a custom domain may put a prefix before the path itself. */
  readonly route: string;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly body: Buffer;
}

export const toApiRequest = ({
  resource,
  headers,
  body,
  isBase64Encoded,
}: APIGatewayProxyEvent): ApiRequest => ({
  route: resource,
  headers: Object.fromEntries(
    Object.entries(headers ?? {}).map(([name, value]) => [name.toLowerCase(), value]),
  ),
  body: Buffer.from(body ?? "", isBase64Encoded ? "base64" : "utf8"),
});
