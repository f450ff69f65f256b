import type { APIGatewayProxyEvent } from "aws-lambda";

/** A request as the routes see it. */
export interface ApiRequest {
  /** The resource path as in the template, without the prefix that a custom domain may add to the request's path. */
  readonly route: string;
  readonly method: string;
  /** The requested path without the query. For a request to `{proxy+}`, also without such a prefix. */
  readonly path: string;
  /** The address of the API by which the request came, as API Gateway knows it. */
  readonly host?: string | undefined;
  readonly query: URLSearchParams;
  /** Values of the route's path parameters, the names in braces. */
  readonly parameters: Readonly<Record<string, string | undefined>>;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string | undefined>>;
  /** Decoded on access, so an unsigned request costs no decoding. */
  readonly body: Buffer;
}

/** Header names are case-insensitive, so they are converted to lower case. */
export const headersOf = ({ headers }: APIGatewayProxyEvent): ApiRequest["headers"] =>
  Object.fromEntries(Object.entries(headers ?? {}).map(([name, value]) => [name.toLowerCase(), value]));

const queryOf = ({ multiValueQueryStringParameters }: APIGatewayProxyEvent): URLSearchParams =>
  new URLSearchParams(
    Object.entries(multiValueQueryStringParameters ?? {}).flatMap(([name, values = []]) =>
      values.map((value): [string, string] => [name, value]),
    ),
  );

/** The value of `{proxy+}` does not include a custom domain's prefix. */
const pathOf = ({ path, pathParameters }: APIGatewayProxyEvent): string =>
  pathParameters?.proxy === undefined ? path : `/${pathParameters.proxy}`;

/** API Gateway may pass path parameters percent-encoded. */
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
  host: event.requestContext?.domainName,
  query: queryOf(event),
  parameters: parametersOf(event),
  headers: headersOf(event),
  get body() {
    return Buffer.from(event.body ?? "", event.isBase64Encoded ? "base64" : "utf8");
  },
});
