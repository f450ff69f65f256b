import { isUtf8 } from "node:buffer";
import { ACCOUNT } from "../template/account.ts";
import type { RestApi } from "../template/rest-apis.ts";
import type { Exchange } from "./exchange.ts";
import { isBinaryMediaType } from "./media-types.ts";
import type { Match } from "./router.ts";

/** https://docs.aws.amazon.com/apigateway/latest/developerguide/set-up-lambda-proxy-integrations.html */
export const proxyEventOf = (api: RestApi, exchange: Exchange, { route, pathParameters }: Match) => {
  const { request, method, path, requestId } = exchange;
  const headers = withForwarding(exchange);
  const query = [...exchange.query];
  const now = new Date();
  return {
    resource: route.path,
    path,
    httpMethod: method,
    headers: Object.fromEntries(headers),
    multiValueHeaders: groupedByName(headers),
    queryStringParameters: nullIfEmpty(Object.fromEntries(query)),
    multiValueQueryStringParameters: nullIfEmpty(groupedByName(query)),
    pathParameters: nullIfEmpty(pathParameters),
    stageVariables: null,
    requestContext: {
      accountId: ACCOUNT,
      apiId: api.id,
      stage: api.stage.name,
      requestId,
      extendedRequestId: requestId,
      httpMethod: method,
      path,
      resourcePath: route.path,
      protocol: "HTTP/1.1",
      domainName: request.headers.host,
      requestTime: logTime(now),
      requestTimeEpoch: now.getTime(),
      identity: { sourceIp: sourceIpOf(exchange), userAgent: request.headers["user-agent"] ?? null },
    },
    ...bodyOf(api, exchange),
  };
};

const bodyOf = (api: RestApi, { body, request }: Exchange) => {
  if (body.length === 0) return { body: null, isBase64Encoded: false };
  const binary = isBinaryMediaType(api.binaryMediaTypes, request.headers["content-type"]) || !isUtf8(body);
  return { body: body.toString(binary ? "base64" : "utf8"), isBase64Encoded: binary };
};

/** Header names keep the client's case. */
const withForwarding = (exchange: Exchange): [string, string][] => {
  const raw = exchange.request.rawHeaders;
  const sent = raw.flatMap((name, index): [string, string][] =>
    index % 2 === 0 ? [[name, raw[index + 1] ?? ""]] : [],
  );
  return [
    ...sent,
    ["X-Forwarded-For", sourceIpOf(exchange)],
    ["X-Forwarded-Port", String(exchange.request.socket.localPort)],
    ["X-Forwarded-Proto", "http"],
  ];
};

const sourceIpOf = ({ request }: Exchange): string => request.socket.remoteAddress ?? "127.0.0.1";

const groupedByName = (pairs: readonly (readonly [string, string])[]): Record<string, string[]> =>
  Object.fromEntries(
    [...Map.groupBy(pairs, ([name]) => name)].map(([name, same]) => [name, same.map(([, value]) => value)]),
  );

/** The format of access logs: 10/Oct/2026:13:55:36 +0000. */
const logTime = (date: Date): string => {
  const [, day, month, year, time] = date.toUTCString().split(" ");
  return `${day}/${month}/${year}:${time} +0000`;
};

const nullIfEmpty = <Value extends object>(value: Value): Value | null =>
  Object.keys(value).length === 0 ? null : value;
