import type { Clock } from "#core/shared/clock.ts";

/** For servers that are not known yet. Node and uvicorn close idle connections after 5 s. */
const initialMs = 4_000;
/** Longer is not tried: firewalls and NAT drop idle connections without a word. */
export const maxIdleMs = 60_000;
/** A request takes time to reach the server, and a server's timer started before ours. */
const minMarginMs = 1_000;
const maxMarginMs = 5_000;
/** No server has so short an idle timeout: it closed for another reason, such as a restart. */
const minTimeoutMs = 1_000;
/** How long a close lowers the limit even if connections stay open longer: not all hosts behind an address are equal. */
const closeCountsMs = 10 * 60_000;
/** Webhooks have as many origins as apps wish. */
const maxOrigins = 1_000;

/** The longest safe idle time if the server closes connections after this time. */
const below = (timeoutMs: number): number => {
  const margin = Math.min(Math.max(minMarginMs, timeoutMs / 10), maxMarginMs);
  return timeoutMs - Math.min(margin, timeoutMs / 2);
};

interface Origin {
  /** From its Keep-Alive header. */
  announcedMs: number | undefined;
  /** How long connections have been seen to stay open. */
  openMs: number;
  /** From the last connection that the server closed. */
  closed: { readonly limitMs: number; readonly at: number } | undefined;
}

/** How long a connection to each origin may have been idle when a request uses it. */
export interface IdleLimits {
  limitMs(origin: string): number;
  /** The server announced a timeout. */
  announced(origin: string, timeoutMs: number): void;
  /** The server had not closed a connection that was idle for this long. */
  seenOpen(origin: string, idleMs: number): void;
  /** The server closed a connection that was idle for this long. */
  seenClosed(origin: string, idleMs: number): void;
}

/** Learns the limits from what servers announce and do. It remembers the origins that were used last. */
export const makeIdleLimits = (clock: Pick<Clock, "now">): IdleLimits => {
  const origins = new Map<string, Origin>();

  const update = (name: string, change: Partial<Origin>): void => {
    const origin = origins.get(name) ?? { announcedMs: undefined, openMs: initialMs, closed: undefined };
    origins.delete(name);
    origins.set(name, { ...origin, ...change });
    if (origins.size <= maxOrigins) return;
    const [oldest = name] = origins.keys();
    origins.delete(oldest);
  };
  const closedLimitMs = (origin: Origin | undefined): number =>
    origin?.closed && clock.now() - origin.closed.at < closeCountsMs
      ? origin.closed.limitMs
      : Number.POSITIVE_INFINITY;
  const openMsOf = (name: string): number => origins.get(name)?.openMs ?? initialMs;

  return {
    limitMs: (name) => {
      const origin = origins.get(name);
      return Math.min(origin?.announcedMs ?? openMsOf(name), closedLimitMs(origin), maxIdleMs);
    },
    announced: (name, timeoutMs) => update(name, { announcedMs: below(timeoutMs) }),
    seenOpen: (name, idleMs) =>
      update(name, { openMs: Math.max(openMsOf(name), Math.min(idleMs - minMarginMs, maxIdleMs)) }),
    seenClosed: (name, idleMs) => {
      if (idleMs < minTimeoutMs) return;
      const limitMs = below(idleMs);
      update(name, {
        openMs: Math.min(openMsOf(name), limitMs),
        ...(limitMs < closedLimitMs(origins.get(name)) && { closed: { limitMs, at: clock.now() } }),
      });
    },
  };
};
