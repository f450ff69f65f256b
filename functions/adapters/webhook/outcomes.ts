import { HttpFailure, type HttpResponse } from "#adapters/http/http-client.ts";
import { retryAfterMs } from "#adapters/http/retry-after.ts";
import type { WebhookOutcome } from "#core/jobs/call-webhook.ts";

export const failed = (reason: string, waitMs?: number): WebhookOutcome => ({
  status: "failed",
  reason,
  retryAfterMs: waitMs,
});

const refused = (reason: string): WebhookOutcome => ({ status: "refused", reason });

const retryAfterStatus = new Set([429, 503]);

/** Decided by the status alone. A redirect is final: its target was never validated, and a retry would be redirected again. */
export const outcomeOfStatus = (
  { status, headers }: Pick<HttpResponse, "status" | "headers">,
  now: number,
): WebhookOutcome => {
  if (status >= 200 && status <= 299) return { status: "accepted" };
  const reason = `HTTP ${status}`;
  const isTransient = status === 408 || status === 429 || (status >= 500 && status <= 599);
  if (!isTransient) return refused(reason);
  return failed(reason, retryAfterStatus.has(status) ? retryAfterMs(headers["retry-after"], now) : undefined);
};

/**
 * An address that is not public is not retried, although the name may resolve differently later: it is a misconfiguration or an
 * attack, which retries do not fix. The dead letter can be redriven once the name is correct. Errors other than HttpFailure, such
 * as an invalid URL or header, would recur too.
 */
export const outcomeOfError = (error: unknown): WebhookOutcome => {
  if (!(error instanceof HttpFailure)) return refused("could not be sent");
  return error.kind === "forbidden_address" ? refused("address not public") : failed(error.kind);
};
