import { BotError } from "./bot-error.ts";
import { parseJsonObject } from "./json.ts";
import { readText } from "./read-text.ts";
import type { Reply } from "./transport.ts";

const maxBodyBytes = 64 * 1024;

/**
 * In milliseconds. The bridge sends whole seconds; an HTTP date, which a proxy may set, would depend on the local
 * clock.
 */
const retryAfterMs = (header: string | null): number | undefined =>
  header !== null && /^\d+$/.test(header) ? Number(header) * 1000 : undefined;

const retryableStatuses = new Set([408, 425, 429, 500, 502, 503, 504]);

/** A 409 has Retry-After only for a busy conversation; one for another body under the same key stays wrong. */
const isRetryable = (status: number, waitMs: number | undefined): boolean =>
  retryableStatuses.has(status) || (status === 409 && waitMs !== undefined);

/** Creates the error for a response other than 2xx. */
export const responseErrorOf = async ({ status, headers, body }: Reply): Promise<BotError> => {
  const { code, errorMessage } = parseJsonObject(await readText(body, maxBodyBytes)) ?? {};
  const waitMs = retryAfterMs(headers.get("retry-after"));
  return new BotError(typeof errorMessage === "string" ? errorMessage : `HTTP ${status}`, {
    code: typeof code === "number" || typeof code === "string" ? code : status,
    status,
    retryable: isRetryable(status, waitMs),
    retryAfterMs: waitMs,
  });
};
