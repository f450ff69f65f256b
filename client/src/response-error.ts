import { BotError } from "./bot-error.ts";
import { parseJsonObject } from "./json.ts";
import { readText } from "./read-text.ts";
import type { Reply } from "./transport.ts";

const maxBodyChars = 64 * 1024;
const maxShown = 100;

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

/** What a proxy in front of a bridge replies by itself: the URL may well be right. */
const isOfProxy = (status: number): boolean => retryableStatuses.has(status) || status === 413;

/**
 * The error for a reply that is not a bridge's. API Gateway has a `message` for a wrong stage.
 * @param body as far as it has been read.
 */
export const notABridge = ({ url, status, headers, requestId }: Reply, body = ""): BotError => {
  const { message } = parseJsonObject(body) ?? {};
  const said = typeof message === "string" ? message.slice(0, maxShown) : headers.get("content-type");
  return new BotError(
    `url: must be a bridge's address, with its stage if it has one; ${url} replied HTTP ${status} (${said ?? "no type"})`,
    { code: "not_a_bridge", status, retryable: false, requestId },
  );
};

/** Creates the error for a response other than 2xx. */
export const responseErrorOf = async (reply: Reply): Promise<BotError> => {
  const { status, headers, body, requestId } = reply;
  const text = await readText(body, maxBodyChars);
  const { code, errorMessage } = parseJsonObject(text) ?? {};
  if (typeof errorMessage !== "string" && !isOfProxy(status)) return notABridge(reply, text);
  const waitMs = retryAfterMs(headers.get("retry-after"));
  return new BotError(typeof errorMessage === "string" ? errorMessage : `HTTP ${status}`, {
    code: typeof code === "number" ? code : status,
    status,
    retryable: isRetryable(status, waitMs),
    retryAfterMs: waitMs,
    requestId,
  });
};
