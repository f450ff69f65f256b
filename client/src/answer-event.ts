import type { AnswerFile } from "./answer-file.ts";
import type { InputForm } from "./input-form.ts";
import type { JsonObject } from "./json.ts";
import type { Retry } from "./retry-budget.ts";

/** The events of an answer, in order. `text` is the answer's whole text so far. */
export type AnswerEvent =
  | AnswerStart
  | { readonly type: "delta"; readonly content: string; readonly text: string }
  /**
   * The bot replaces the text so far, as moderation does. `all`: the answer begins again, and its reasoning and files so far are
   * dropped, too.
   */
  | { readonly type: "replace"; readonly content: string; readonly text: string; readonly all: boolean }
  /** The next piece of the model's reasoning, if `parts` has it; `reasoning` is all so far. */
  | { readonly type: "reasoning"; readonly content: string; readonly reasoning: string }
  /** A file of the answer, if `parts` has it. */
  | { readonly type: "file"; readonly file: AnswerFile }
  | AnswerRetrying
  | AnswerEnd;

/** Kinds of content that come as events of their own if they are asked for. Otherwise the text has them. */
export type AnswerPart = "reasoning" | "file";

export interface AnswerStart {
  readonly type: "start";
  /** Identifies the answer in `resume`, `suggested` and `feedback`. */
  readonly turn: string;
  readonly conversation: string | null;
}

/** The connection broke, or the bot is busy: the library waits, and tries again. */
export interface AnswerRetrying extends Retry {
  readonly type: "retrying";
}

export interface AnswerEnd {
  readonly type: "end";
  readonly text: string;
  /** Whether the user stopped the answer; `text` is what had been said by then. */
  readonly stopped: boolean;
  /** Whether the answer continues after human input. */
  readonly paused: boolean;
  /** The form, if the user may fill it in, for `Bot.input`; null otherwise. */
  readonly form: InputForm | null;
  /** Asks for the form's next value as Markdown, for pages that show no form: a further question may answer it. */
  readonly prompt: string | null;
  /** Why the model ended early, such as `length` or `content_filter`; null if it did not. */
  readonly truncated: string | null;
  /** Usage as counted by the bot's app. */
  readonly usage: JsonObject | null;
  /** The sources that the bot's app used. */
  readonly sources: readonly JsonObject[];
}
