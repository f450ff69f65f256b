import type { CommandName } from "#core/bot/commands.ts";
import type { LimitName } from "#core/bot/limits.ts";
import type { IntegrationOptions } from "#core/bot/options.ts";
import type { AnswerOutcome, FailureCode, TruncationReason } from "./answer.ts";
import type { AnswerFacts } from "./answer-facts.ts";
import type { AnswerEnding } from "./answer-sink.ts";
import { formText } from "./form-text.ts";
import type { Pause } from "./pause.ts";
import { sentences } from "./sentences.ts";

/** The state of an answer at its end. */
export interface AnswerSoFar {
  /** Whether the user has received any text. */
  readonly hasText: boolean;
  readonly facts: AnswerFacts | undefined;
  /** Whether a file was sent with the question. */
  readonly sentFiles: boolean;
}

/** Whether the user may get an answer by asking again. A model refuses the same question again. */
const isRetryable = (code: FailureCode): boolean => code !== "refused";

const quote = (text: string): string => text.trim().replaceAll(/^/gm, "> ");

const pausedText = ({ form, notice = "" }: Pause): string => {
  if (form) return formText(form);
  return notice.trim() === "" ? sentences.paused : `${sentences.paused}\n\n${quote(notice)}`;
};

/** The message to the user when there is no answer: the integration's `errorText`, or a default. */
export const errorTextOf = ({ errorText }: Pick<IntegrationOptions, "errorText">): string =>
  errorText ?? sentences.failed;

/** The message to the user when a limit does not allow a turn: the integration's `limitText`, or a default. */
export const limitTextOf = ({ limitText }: Pick<IntegrationOptions, "limitText">, limit: LimitName): string =>
  limitText ?? (limit === "turnsPerMinute" ? sentences.limitedForAMinute : sentences.limitedForADay);

/** The reply to a command: the integration's, or a default. Undefined if the help was removed meanwhile. */
export const commandTextOf = (
  { commands }: Pick<IntegrationOptions, "commands">,
  command: CommandName,
): string | undefined => {
  switch (command) {
    case "stop":
      return commands?.stopText ?? sentences.stopped;
    case "reset":
      return commands?.resetText ?? sentences.reset;
    case "help":
      return commands?.helpText;
  }
};

const failureText = (
  outcome: Extract<AnswerOutcome, { status: "failed" | "incomplete" }>,
  sentFiles: boolean,
  options: IntegrationOptions,
): string => {
  // A model that does not accept this file will not accept it later either.
  const isFileRefused = sentFiles && outcome.status === "failed" && outcome.code === "refused";
  return isFileRefused ? sentences.fileRefused : errorTextOf(options);
};

const truncationText = (reason: TruncationReason, hasText: boolean): string => {
  if (!hasText && reason === "content_filter") return sentences.contentFilterAll;
  const sentence = reason === "length" ? sentences.length : sentences.contentFilter;
  return hasText ? `\n\n${sentence}` : sentence;
};

/** Returns how the answer ends for the user after the model's outcome. */
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
    case "paused": {
      const { pause } = outcome;
      const sentence = `${hasText ? "\n\n" : ""}${pausedText(pause)}`;
      return { status: "paused", sentence, form: pause.form };
    }
    case "failed":
    case "incomplete":
      return {
        status: "failed",
        sentence: hasText ? sentences.brokenOff : failureText(outcome, sentFiles, options),
        code: outcome.status === "failed" ? outcome.code : "broken_off",
        retryable: outcome.status === "incomplete" || isRetryable(outcome.code),
      };
  }
};
