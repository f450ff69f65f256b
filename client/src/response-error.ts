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

/** What a bridge replies for a path that it does not have: the URL has a wrong stage, or more than the bridge's address. */
const unknownPath = "no such path";

/**
 * The error for a reply that is not a bridge's, or not from its address. API Gateway has a `message` for a wrong stage.
 * @param body as far as it has been read.
 */
export const notABridge = (
  { url, redirectedFrom, status, headers, requestId }: Reply,
  body = "",
): BotError => {
  const { message, errorMessage = message } = parseJsonObject(body) ?? {};
  const said =
    typeof errorMessage === "string" ? errorMessage.slice(0, maxShown) : headers.get("content-type");
  const address = redirectedFrom === undefined ? url : `${redirectedFrom}, redirected to ${url},`;
  return new BotError(
    `url: must be a bridge's address, with its stage if it has one; ${address} replied HTTP ${status} (${said ?? "no type"})`,
    { code: "not_a_bridge", status, retryable: false, requestId },
  );
};

const originOf = (url: string): string => url.split("/", 3).join("/").toLowerCase();

/** A redirect to another origin, such as from http to https, loses the token. */
const hasLostToken = ({ url, redirectedFrom, status }: Reply): boolean =>
  status === 401 && redirectedFrom !== undefined && originOf(redirectedFrom) !== originOf(url);

const isWrongAddress = (reply: Reply, errorMessage: unknown): boolean => {
  if (typeof errorMessage !== "string") return !isOfProxy(reply.status);
  return hasLostToken(reply) || (reply.status === 404 && errorMessage === unknownPath);
};

/** Creates the error for a response other than 2xx. */
export const responseErrorOf = async (reply: Reply): Promise<BotError> => {
  const { status, headers, body, requestId } = reply;
  const text = await readText(body, maxBodyChars);
  const { code, errorMessage } = parseJsonObject(text) ?? {};
  if (isWrongAddress(reply, errorMessage)) return notABridge(reply, text);
  const waitMs = retryAfterMs(headers.get("retry-after"));
  return new BotError(typeof errorMessage === "string" ? errorMessage : `HTTP ${status}`, {
    code: typeof code === "number" ? code : status,
    status,
    retryable: isRetryable(status, waitMs),
    retryAfterMs: waitMs,
    requestId,
  });
};
