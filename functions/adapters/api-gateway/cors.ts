import { commaSeparated } from "#adapters/node/environment.ts";
import { headersOf } from "./api-request.ts";
import type { ApiMiddleware, ApiResult } from "./request-id.ts";

/** Environment variables of every function that browsers call. CORS_ORIGINS: allowed origins, separated by commas, or `*`. */
export const corsEnv = {
  CORS_ORIGINS: commaSeparated,
};

/** Methods and headers of cross-origin requests that browsers do not allow by default. */
const allowed = {
  "access-control-allow-methods": "GET, POST, DELETE",
  "access-control-allow-headers": "Authorization, Content-Type, Idempotency-Key, Last-Event-ID, X-Request-ID",
  // Two hours, the maximum in Chromium.
  "access-control-max-age": "7200",
};
const exposed = { "access-control-expose-headers": "Retry-After, X-Request-ID" };

/**
 * Lets pages of these origins read the responses (CORS), and answers preflight requests. It grants no access: that takes a
 * user's token, which browsers do not send automatically. So allowing every origin (`*`) does not endanger users.
 */
export const cors = <R extends ApiResult>(origins: readonly string[]): ApiMiddleware<R> => {
  const headersFor = (origin: string | undefined): Record<string, string> => {
    if (origins.includes("*")) return { "access-control-allow-origin": "*", ...exposed };
    const isAllowed = origin !== undefined && origins.includes(origin);
    return { vary: "Origin", ...(isAllowed && { "access-control-allow-origin": origin, ...exposed }) };
  };
  const addHeaders: ApiMiddleware<R>["after"] = ({ event, response }) => {
    if (response) response.headers = { ...response.headers, ...headersFor(headersOf(event).origin) };
  };
  return {
    before: ({ event }) => {
      if (event.httpMethod !== "OPTIONS") return undefined;
      // Disallowed origins get no CORS headers.
      return { statusCode: 204, headers: { ...allowed, ...headersFor(headersOf(event).origin) }, body: "" };
    },
    after: addHeaders,
    onError: addHeaders,
  };
};
