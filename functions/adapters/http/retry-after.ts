/**
 * However long it asks for: the next messages of the conversation wait behind this one, and a chat that is answered
 * later than this is answered to nobody.
 */
const longestMs = 15 * 60_000;

const delaySeconds = /^\d+$/;
/** RFC 9110, 5.6.7, but for asctime's form: it names no zone, and `Date.parse` would read it in the machine's own. */
const httpDate = /^[A-Z][a-z]+, .* GMT$/;

/** The wait in milliseconds that a Retry-After asks for (RFC 9110, 10.2.3); undefined where it says nothing of the kind. */
export const retryAfterMs = (header: string | undefined, now: number): number | undefined => {
  if (header === undefined) return undefined;
  const asked = delaySeconds.test(header)
    ? Number(header) * 1000
    : Date.parse(httpDate.test(header) ? header : "") - now;
  return Number.isNaN(asked) ? undefined : Math.min(Math.max(0, asked), longestMs);
};
