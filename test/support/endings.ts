import type { AnswerEnding } from "#core/answer/answer-sink.ts";

/** An answer that failed, and what the user is told. */
export const failedWith = (sentence: string): AnswerEnding => ({
  status: "failed",
  sentence,
  code: "unavailable",
  retryable: true,
});
