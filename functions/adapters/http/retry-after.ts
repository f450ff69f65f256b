/**
 * Longer delays are capped: later messages of the conversation wait behind this one, and nobody waits longer than this for an
 * answer.
 */
const maxDelayMs = 15 * 60_000;

const delaySeconds = /^\d+$/;
/** RFC 9110, 5.6.7, except the asctime format: it has no time zone, so `Date.parse` would use the local one. */
const httpDate = /^[A-Z][a-z]+, .* GMT$/;

/** The delay that a `Retry-After` header requests (RFC 9110, 10.2.3), in milliseconds; undefined if it is missing or invalid. */
export const retryAfterMs = (header: string | undefined, now: number): number | undefined => {
  if (header === undefined) return undefined;
  const delayMs = delaySeconds.test(header)
    ? Number(header) * 1000
    : Date.parse(httpDate.test(header) ? header : "") - now;
  return Number.isNaN(delayMs) ? undefined : Math.min(Math.max(0, delayMs), maxDelayMs);
};
