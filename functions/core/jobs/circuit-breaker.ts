import type { Clock } from "#core/shared/clock.ts";
import type { CallWebhook } from "./call-webhook.ts";

export interface CircuitBreakerPorts {
  readonly callWebhook: CallWebhook;
  readonly clock: Clock;
}

/** A single timeout does not mean that the server is down. */
const timeoutsUntilOpen = 2;
/** A worker then spends at most five of every 30 seconds on the endpoint, since a call times out after five. */
const openMs = 25_000;

interface Timeouts {
  readonly count: number;
  readonly lastAt: number;
}

/**
 * A circuit breaker for endpoints that do not answer. Each attempt would occupy a worker for five seconds: a busy app whose
 * server hangs would eventually occupy all workers, and delay the webhooks of all other apps. While the circuit is open,
 * attempts fail immediately and are retried like other failures. After that, the next attempt tests the endpoint. The state
 * is kept per process.
 */
export const makeCircuitBreaker = ({ callWebhook, clock }: CircuitBreakerPorts): CallWebhook => {
  const timeoutsOf = new Map<string, Timeouts>();

  const isOpen = ({ count, lastAt }: Timeouts): boolean =>
    count >= timeoutsUntilOpen && clock.now() - lastAt < openMs;

  return async (call) => {
    const endpoint = `${call.appKey} ${new URL(call.integration.callbackUrl).host}`;
    const timeouts = timeoutsOf.get(endpoint);
    if (timeouts && isOpen(timeouts)) {
      return {
        status: "failed",
        reason: "circuit open after timeouts, endpoint not called",
        retryAfterMs: undefined,
      };
    }
    const outcome = await callWebhook(call);
    const timedOut = outcome.status === "failed" && outcome.reason === "timeout";
    if (timedOut) timeoutsOf.set(endpoint, { count: (timeouts?.count ?? 0) + 1, lastAt: clock.now() });
    else timeoutsOf.delete(endpoint);
    return outcome;
  };
};
