import type { GatewayResponse } from "../template/gateway-responses.ts";
import type { RestApi } from "../template/rest-apis.ts";
import type { Exchange, Reply } from "./exchange.ts";

/** https://docs.aws.amazon.com/apigateway/latest/developerguide/supported-gateway-response-types.html */
const failures = {
  MISSING_AUTHENTICATION_TOKEN: {
    statusCode: 403,
    message: "Missing Authentication Token",
    errorType: "MissingAuthenticationTokenException",
  },
  THROTTLED: {
    statusCode: 429,
    message: "Too Many Requests",
    errorType: "TooManyRequestsException",
  },
  REQUEST_TOO_LARGE: {
    statusCode: 413,
    message: "Request Too Long",
    errorType: "RequestTooLargeException",
  },
  INTEGRATION_TIMEOUT: {
    statusCode: 504,
    message: "Endpoint request timed out",
    errorType: "InternalServerErrorException",
  },
  // A failed function or a malformed response is 502, although the table lists 504 for other integrations.
  INTEGRATION_FAILURE: {
    statusCode: 502,
    message: "Internal server error",
    errorType: "InternalServerErrorException",
  },
} as const;

export type Failure = keyof typeof failures;

const defaultTemplate = '{"message":$context.error.messageString}';

/** Builds API Gateway's own response to a failure, as configured by the API's gateway responses. */
export const gatewayReply = (api: RestApi, exchange: Exchange, failure: Failure): Reply => {
  const { statusCode, message, errorType } = failures[failure];
  const response =
    api.gatewayResponses.get(failure) ??
    api.gatewayResponses.get(statusCode < 500 ? "DEFAULT_4XX" : "DEFAULT_5XX");
  const [contentType, template] = templateOf(response);
  const status = response?.statusCode ?? statusCode;
  const context: Readonly<Record<string, string>> = {
    "error.message": message,
    "error.messageString": JSON.stringify(message),
    "error.responseType": failure,
    extendedRequestId: exchange.requestId,
    httpMethod: exchange.method,
    "identity.sourceIp": exchange.request.socket.remoteAddress ?? "",
    path: exchange.path,
    requestId: exchange.requestId,
    stage: api.stage.name,
    status: String(status),
  };
  return {
    statusCode: status,
    headers: [
      ["Content-Type", contentType],
      ["x-amzn-ErrorType", errorType],
      ...Object.entries(response?.headers ?? {}).flatMap(([name, mapping]): [string, string][] => {
        const value = mappedValue(mapping, exchange);
        return value === undefined ? [] : [[name, value]];
      }),
    ],
    body: template.replace(
      /\$context\.([A-Za-z]+(?:\.[A-Za-z]+)*)/g,
      (_whole, name: string) => context[name] ?? "",
    ),
  };
};

const templateOf = (response: GatewayResponse | undefined): readonly [string, string] => {
  const templates = response?.templates ?? {};
  const json = templates["application/json"];
  if (json !== undefined) return ["application/json", json];
  return Object.entries(templates)[0] ?? ["application/json", defaultTemplate];
};

const requestHeader = "method.request.header.";

/** Literals are quoted. Of the request's parts, only headers can be mapped. */
const mappedValue = (mapping: string, { request }: Exchange): string | undefined => {
  if (mapping.startsWith("'")) return mapping.slice(1, -1);
  if (!mapping.startsWith(requestHeader)) return undefined;
  const value = request.headers[mapping.slice(requestHeader.length).toLowerCase()];
  return Array.isArray(value) ? value.join(", ") : value;
};
