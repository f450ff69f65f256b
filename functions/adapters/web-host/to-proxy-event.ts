import type { IncomingMessage } from "node:http";
import type { APIGatewayProxyEvent } from "aws-lambda";
import { matchRoute, type RouteKey } from "./match-route.ts";

export interface ReceivedRequest {
  readonly request: Pick<IncomingMessage, "method" | "url" | "headersDistinct">;
  readonly body: Buffer;
  readonly requestId: string;
  /** Milliseconds since the epoch. */
  readonly receivedAt: number;
}

const lastOf = (values: Readonly<Record<string, readonly string[]>>): Record<string, string> =>
  Object.fromEntries(Object.entries(values).map(([name, all]) => [name, all.at(-1) ?? ""]));

const nullIfEmpty = <Value extends object>(value: Value): Value | null =>
  Object.keys(value).length === 0 ? null : value;

const remapped = "x-amzn-remapped-";

/** API Gateway may rename headers for an HTTP integration, `Authorization` among them. Their names are given back. */
const withOwnNames = (headers: Readonly<Record<string, string[]>>): Record<string, string[]> => ({
  ...Object.fromEntries(
    Object.entries(headers).flatMap(([name, values]) =>
      name.startsWith(remapped) ? [[name.slice(remapped.length), values]] : [],
    ),
  ),
  ...headers,
});

/**
 * The event that API Gateway's Lambda proxy integration (format 1.0) makes of a request. Handlers read the route, the path
 * parameters, the query, the headers and the body; what only API Gateway knows is empty. A request without a route has an
 * empty resource.
 */
export const toProxyEvent = (
  { request, body, requestId, receivedAt }: ReceivedRequest,
  routes: readonly RouteKey[],
): APIGatewayProxyEvent => {
  const { method = "GET", url = "/", headersDistinct } = request;
  const [path = "/", ...queries] = url.split("?");
  const { resource, parameters } = matchRoute(routes, method, path) ?? { resource: "", parameters: {} };
  const query = Object.fromEntries(
    [...Map.groupBy(new URLSearchParams(queries.join("?")), ([name]) => name)].map(([name, pairs]) => [
      name,
      pairs.map(([, value]) => value),
    ]),
  );
  const headers = withOwnNames(
    Object.fromEntries(Object.entries(headersDistinct).map(([name, values]) => [name, values ?? []])),
  );
  return {
    resource,
    path,
    httpMethod: method,
    headers: lastOf(headers),
    multiValueHeaders: headers,
    queryStringParameters: nullIfEmpty(lastOf(query)),
    multiValueQueryStringParameters: nullIfEmpty(query),
    pathParameters: nullIfEmpty(parameters),
    stageVariables: null,
    requestContext: {
      accountId: "",
      apiId: "",
      authorizer: undefined,
      httpMethod: method,
      identity: {
        accessKey: null,
        accountId: null,
        apiKey: null,
        apiKeyId: null,
        caller: null,
        clientCert: null,
        cognitoAuthenticationProvider: null,
        cognitoAuthenticationType: null,
        cognitoIdentityId: null,
        cognitoIdentityPoolId: null,
        principalOrgId: null,
        sourceIp: "",
        user: null,
        userAgent: headers["user-agent"]?.at(-1) ?? null,
        userArn: null,
      },
      path,
      protocol: "HTTP/1.1",
      requestId,
      requestTimeEpoch: receivedAt,
      resourceId: "",
      resourcePath: resource,
      stage: "",
    },
    // As base64, so that the bytes are those that were sent.
    body: body.length === 0 ? null : body.toString("base64"),
    isBase64Encoded: body.length > 0,
  };
};
