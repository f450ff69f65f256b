import type { AnswerEnding } from "#core/answer/answer-sink.ts";

/** An answer that failed, and the text for the user. */
export const failedWith = (sentence: string): AnswerEnding => ({
  status: "failed",
  sentence,
  code: "unavailable",
  retryable: true,
});
