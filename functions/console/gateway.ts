import { Readable } from "node:stream";
import type { ApiRequest } from "#adapters/api-gateway/api-request.ts";
import type { ApiResult } from "#adapters/api-gateway/request-id.ts";
import { withoutTrailingSlashes } from "#adapters/http/base-url.ts";
import { callerError } from "#core/shared/errors.ts";
import type { AnswerConsole } from "./console.ts";
import { type ConsoleReply, redirectTo } from "./console-reply.ts";
import type { ConsoleAddresses } from "./console-request.ts";
import { pageName } from "./page-files.ts";
import { safeHeaders } from "./safe-headers.ts";

/**
 * The deployment's addresses, by host. A request's own host only chooses among them: API Gateway fills it in, and nothing is ever sent
 * to, or redirected to, a host that the deployment does not have.
 */
const addressesByHost = (apiUrls: readonly string[]): ReadonlyMap<string, ConsoleAddresses> =>
  new Map(
    apiUrls.map((url) => {
      const bridgeUrl = withoutTrailingSlashes(url);
      return [new URL(url).host, { bridgeUrl, consoleUrl: `${bridgeUrl}/console/` }];
    }),
  );

const toResult = ({ status, headers, body }: ConsoleReply): ApiResult => ({
  statusCode: status,
  headers: { ...headers },
  body: Buffer.isBuffer(body) ? Readable.from(body) : body,
});

/** Answers requests of API Gateway to `/console` and below it. */
export const makeGatewayConsole = (answer: AnswerConsole, apiUrls: readonly string[]) => {
  const known = addressesByHost(apiUrls);

  return async (request: ApiRequest): Promise<ApiResult> => {
    const { method, route, path, query, headers, host = "" } = request;
    const addresses = known.get(host);
    if (!addresses) throw callerError("not_found", "no such path");
    const isBelow = route.endsWith("/{proxy+}");
    // The page's addresses are relative, and would be those of the folder above.
    if (!isBelow && !path.endsWith("/"))
      return toResult(
        redirectTo(`${addresses.consoleUrl}${pageName}`, {
          "cache-control": "no-store",
          ...safeHeaders(addresses, false),
        }),
      );
    const reply = await answer({
      method,
      path: isBelow ? path.slice(1) : "",
      query,
      headers,
      body: request.body,
      addresses,
    });
    return toResult(reply);
  };
};
