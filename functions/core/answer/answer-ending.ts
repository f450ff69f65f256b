import type { IntegrationOptions } from "#core/bot/options.ts";
import type { AnswerOutcome, FailureCode, TruncationReason } from "./answer.ts";
import type { AnswerFacts } from "./answer-facts.ts";
import type { AnswerEnding } from "./answer-sink.ts";
import { sentences } from "./sentences.ts";

/** What the answer has come to by its end. */
export interface AnswerSoFar {
  /** Whether the user has seen any text of it. */
  readonly hasText: boolean;
  readonly facts: AnswerFacts | undefined;
  /** Whether a file was sent with the question. */
  readonly sentFiles: boolean;
}

/** Whether a person who asks again may be answered: what a model refuses it will refuse again. */
const mayPass = (code: FailureCode): boolean => code !== "refused";

const quoted = (text: string): string => text.trim().replaceAll(/^/gm, "> ");

const waitsFor = (form: string | undefined): string =>
  form === undefined || form.trim() === "" ? sentences.paused : `${sentences.paused}\n\n${quoted(form)}`;

/** What the user is told where no answer could be given: in the team's own words, if it has chosen any. */
export const errorTextOf = ({ errorText }: Pick<IntegrationOptions, "errorText">): string =>
  errorText ?? sentences.failed;

const failureText = (
  outcome: Extract<AnswerOutcome, { status: "failed" | "incomplete" }>,
  sentFiles: boolean,
  options: IntegrationOptions,
): string => {
  // A model that takes no such file will not take it later either.
  const isFileRefused = sentFiles && outcome.status === "failed" && outcome.code === "refused";
  return isFileRefused ? sentences.fileRefused : errorTextOf(options);
};

const truncationText = (reason: TruncationReason, hasText: boolean): string => {
  if (!hasText && reason === "content_filter") return sentences.contentFilterAll;
  const sentence = reason === "length" ? sentences.length : sentences.contentFilter;
  return hasText ? `\n\n${sentence}` : sentence;
};

/** How an outcome ends the answer for the user. */
export const answerEnding = (
  outcome: AnswerOutcome,
  { hasText, facts, sentFiles }: AnswerSoFar,
  options: IntegrationOptions,
): AnswerEnding => {
  switch (outcome.status) {
    case "answered":
      return { status: "complete", facts };
    case "truncated": {
      const { reason } = outcome;
      return { status: "truncated", reason, sentence: truncationText(reason, hasText), facts };
    }
    case "stopped":
    case "abandoned":
      return { status: outcome.status };
    case "paused":
      return { status: "paused", sentence: `${hasText ? "\n\n" : ""}${waitsFor(outcome.form)}` };
    case "failed":
    case "incomplete":
      return {
        status: "failed",
        sentence: hasText ? sentences.brokenOff : failureText(outcome, sentFiles, options),
        code: outcome.status === "failed" ? outcome.code : "broken_off",
        retryable: outcome.status === "incomplete" || mayPass(outcome.code),
      };
  }
};
