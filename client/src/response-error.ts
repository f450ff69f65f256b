import { BotError } from "./bot-error.ts";
import { parseJsonObject } from "./json.ts";
import { readText } from "./read-text.ts";
import type { Reply } from "./transport.ts";

const maxBodyBytes = 64 * 1024;

/** The bridge says whole seconds; a date, which something on the way may put there, needs a clock that is right. */
const retryAfterMs = (header: string | null): number | undefined =>
  header !== null && /^\d+$/.test(header) ? Number(header) * 1000 : undefined;

const retryableStatuses = new Set([408, 425, 429, 500, 502, 503, 504]);

/** Of conflicts, only a busy conversation names a time; another body under the same key stays wrong. */
const isRetryable = (status: number, waitMs: number | undefined): boolean =>
  retryableStatuses.has(status) || (status === 409 && waitMs !== undefined);

/** What a reply other than 2xx says. */
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
