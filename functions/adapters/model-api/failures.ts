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
