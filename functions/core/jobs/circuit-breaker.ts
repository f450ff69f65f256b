import type { Clock } from "#core/shared/clock.ts";
import type { CallWebhook } from "./call-webhook.ts";

export interface SpareEndpointsPorts {
  readonly callWebhook: CallWebhook;
  readonly clock: Clock;
}

/** One slow answer is no dead server. */
const timeoutsToRest = 2;
/** Of each half minute a worker then spends five seconds on the endpoint, and the rest on others. */
const restMs = 25_000;

interface Silence {
  readonly timeouts: number;
  readonly lastAt: number;
}

/**
 * Spares an endpoint that does not answer: each try at it would keep a worker for five seconds, and a busy app whose server
 * hangs would in time keep them all, and everybody else's webhooks waiting. While it rests, a try fails at once and comes
 * again as any failed one; then one worker looks whether it is back. What a worker knows dies with it.
 */
export const makeSpareEndpoints = ({ callWebhook, clock }: SpareEndpointsPorts): CallWebhook => {
  const silences = new Map<string, Silence>();

  const rests = ({ timeouts, lastAt }: Silence): boolean =>
    timeouts >= timeoutsToRest && clock.now() - lastAt < restMs;

  return async (call) => {
    const endpoint = `${call.appKey} ${new URL(call.integration.callbackUrl).host}`;
    const silence = silences.get(endpoint);
    if (silence && rests(silence)) {
      return { status: "failed", reason: "timeout a moment ago, not tried", retryAfterMs: undefined };
    }
    const outcome = await callWebhook(call);
    const timedOut = outcome.status === "failed" && outcome.reason === "timeout";
    if (timedOut) silences.set(endpoint, { timeouts: (silence?.timeouts ?? 0) + 1, lastAt: clock.now() });
    else silences.delete(endpoint);
    return outcome;
  };
};
