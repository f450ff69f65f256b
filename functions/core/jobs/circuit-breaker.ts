import type { Clock } from "#core/shared/clock.ts";
import type { CallWebhook } from "./call-webhook.ts";

export interface CircuitBreakerPorts {
  readonly callWebhook: CallWebhook;
  readonly clock: Clock;
}

/** One slow answer is not a dead server. */
const timeoutsUntilOpen = 2;
/** Of each half minute a worker then spends five seconds on the endpoint, and the rest on others. */
const openMs = 25_000;

interface Timeouts {
  readonly count: number;
  readonly lastAt: number;
}

/**
 * A circuit breaker for endpoints that do not answer: each try at one would keep a worker for five seconds, and a busy app whose
 * server hangs would in time keep them all, and every other app's webhooks waiting. While the circuit is open, a try fails at
 * once and comes again like any failed one; then one worker looks whether the endpoint is back. What a process knows
 * ends with it.
 */
export const makeCircuitBreaker = ({ callWebhook, clock }: CircuitBreakerPorts): CallWebhook => {
  const timeoutsOf = new Map<string, Timeouts>();

  const isOpen = ({ count, lastAt }: Timeouts): boolean =>
    count >= timeoutsUntilOpen && clock.now() - lastAt < openMs;

  return async (call) => {
    const endpoint = `${call.appKey} ${new URL(call.integration.callbackUrl).host}`;
    const known = timeoutsOf.get(endpoint);
    if (known && isOpen(known)) {
      return {
        status: "failed",
        reason: "circuit open after timeouts, endpoint not called",
        retryAfterMs: undefined,
      };
    }
    const outcome = await callWebhook(call);
    const timedOut = outcome.status === "failed" && outcome.reason === "timeout";
    if (timedOut) timeoutsOf.set(endpoint, { count: (known?.count ?? 0) + 1, lastAt: clock.now() });
    else timeoutsOf.delete(endpoint);
    return outcome;
  };
};
