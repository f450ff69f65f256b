import type { APIGatewayProxyEvent } from "aws-lambda";

/** A request as the routes see it. */
export interface ApiRequest {
  /** As the template has it: a custom domain may put a prefix before the path itself. */
  readonly route: string;
  readonly method: string;
  /** As it was called, without the query; of a path that is not ours also without such a prefix. */
  readonly path: string;
  readonly query: URLSearchParams;
  /** What stands in the places that the route names in braces. */
  readonly parameters: Readonly<Record<string, string | undefined>>;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string | undefined>>;
  /** Decoded only when it is read: a caller who did not sign costs us no decoding. */
  readonly body: Buffer;
}

/** Names in lower case: callers may write them as they like. */
export const headersOf = ({ headers }: APIGatewayProxyEvent): ApiRequest["headers"] =>
  Object.fromEntries(Object.entries(headers ?? {}).map(([name, value]) => [name.toLowerCase(), value]));

const queryOf = ({ multiValueQueryStringParameters }: APIGatewayProxyEvent): URLSearchParams =>
  new URLSearchParams(
    Object.entries(multiValueQueryStringParameters ?? {}).flatMap(([name, values = []]) =>
      values.map((value): [string, string] => [name, value]),
    ),
  );

/** What `{proxy+}` stands for has no prefix before it. */
const pathOf = ({ path, pathParameters }: APIGatewayProxyEvent): string =>
  pathParameters?.proxy === undefined ? path : `/${pathParameters.proxy}`;

/** They may come as they were sent, with escapes. */
const withoutEscapes = (value: string): string => {
  try {
    return decodeURIComponent(value);
  } catch {
    return value;
  }
};

const parametersOf = ({ pathParameters }: APIGatewayProxyEvent): ApiRequest["parameters"] =>
  Object.fromEntries(
    Object.entries(pathParameters ?? {}).map(([name, value]) => [name, value && withoutEscapes(value)]),
  );

export const toApiRequest = (event: APIGatewayProxyEvent): ApiRequest => ({
  route: event.resource,
  method: event.httpMethod,
  path: pathOf(event),
  query: queryOf(event),
  parameters: parametersOf(event),
  headers: headersOf(event),
  get body() {
    return Buffer.from(event.body ?? "", event.isBase64Encoded ? "base64" : "utf8");
  },
});
