import { HttpFailure, type HttpResponse } from "#adapters/http/http-client.ts";
import { retryAfterMs } from "#adapters/http/retry-after.ts";
import type { WebhookOutcome } from "#core/jobs/call-webhook.ts";

export const failed = (reason: string, waitMs?: number): WebhookOutcome => ({
  status: "failed",
  reason,
  retryAfterMs: waitMs,
});

const refused = (reason: string): WebhookOutcome => ({ status: "refused", reason });

const saysWhen = new Set([429, 503]);

/** By the status alone. A redirect is refused: where it leads was never checked, and it would lead there again. */
export const outcomeOfStatus = (
  { status, headers }: Pick<HttpResponse, "status" | "headers">,
  now: number,
): WebhookOutcome => {
  if (status >= 200 && status <= 299) return { status: "accepted" };
  const reason = `HTTP ${status}`;
  const mayPass = status === 408 || status === 429 || (status >= 500 && status <= 599);
  if (!mayPass) return refused(reason);
  return failed(reason, saysWhen.has(status) ? retryAfterMs(headers["retry-after"], now) : undefined);
};

/**
 * An address that is not public is refused, though a name may lead elsewhere another time: it is a wrong setting or an
 * attack, neither mends itself between two tries, and each try would ask the name's owner anew. A dead letter can be
 * redriven once the name is right. What is no failure of HTTP (a URL, a header that cannot be) would fail again too.
 */
export const outcomeOfError = (error: unknown): WebhookOutcome => {
  if (!(error instanceof HttpFailure)) return refused("could not be sent");
  return error.kind === "forbidden_address" ? refused("address not public") : failed(error.kind);
};
