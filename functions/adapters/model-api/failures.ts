import { HttpFailure } from "#adapters/http/http-client.ts";
import type { AnswerOutcome, FailureCode } from "#core/answer/answer.ts";

export type Failed = Extract<AnswerOutcome, { status: "failed" }>;

/** `detail` is for the logs: codes and numbers, never what the server said, which may contain addresses and keys. */
export const failed = (code: FailureCode, retryable: boolean, detail: string): Failed => ({
  status: "failed",
  code,
  retryable,
  detail,
});

/** The server did not process the question, and may do so later. */
const retryableStatus = new Set([429, 500, 502, 503, 504]);

/** The failure that a response's status alone shows; undefined if its body must tell. */
export const statusFailure = (status: number, detail: string): Failed | undefined => {
  if (retryableStatus.has(status)) return failed("unavailable", true, detail);
  // From a proxy, such as Cloudflare's 520 to 524: the server may still be working on the answer.
  return status > 504 || status === 408 ? failed("unavailable", false, detail) : undefined;
};

/** A call without a response. */
export const callFailure = (error: unknown): Failed => {
  if (!(error instanceof HttpFailure)) return failed("unavailable", false, "the request could not be sent");
  switch (error.kind) {
    case "forbidden_address":
      return failed("refused", false, "the address is not public");
    case "timeout":
      // Once connected, the server may be working on the answer: a retry would make it answer twice.
      return failed("timeout", !error.connected, "timed out");
    case "unreachable":
      return failed("unavailable", true, "unreachable");
  }
};
