import * as v from "valibot";
import { headersOf } from "./api-request.ts";
import type { ApiMiddleware, ApiResult } from "./request-id.ts";

/** What a function that browsers call reads from its environment besides its own: origins, parted by commas, or `*`. */
export const corsEnv = {
  CORS_ORIGINS: v.pipe(
    v.string(),
    v.transform((text) => text.split(",").filter((origin) => origin !== "")),
  ),
};

/** What a page may send and read beyond what every page may. */
const allowed = {
  "access-control-allow-methods": "GET, POST, DELETE",
  "access-control-allow-headers": "Authorization, Content-Type, Idempotency-Key, Last-Event-ID, X-Request-ID",
  // Two hours: browsers take no longer.
  "access-control-max-age": "7200",
};
const exposed = { "access-control-expose-headers": "Retry-After, X-Request-ID" };

/**
 * Lets pages of these origins read the replies (CORS), and answers browsers that ask before they send. Nobody is let in by it: a user's token does that, which no browser
 * sends by itself. So any origin (`*`) is no danger to users either.
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
      // Whose origin is not allowed learns so by what is missing.
      return { statusCode: 204, headers: { ...allowed, ...headersFor(headersOf(event).origin) }, body: "" };
    },
    after: addHeaders,
    onError: addHeaders,
  };
};
