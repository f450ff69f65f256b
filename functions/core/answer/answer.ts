import type { AnswerFacts, AnswerFile } from "./answer-facts.ts";

/** What comes back while a model answers. */
export type AnswerEvent =
  /** The model has named the turn: the first event of all, where there is any. `reference`: see `Model`. */
  | { readonly type: "begun"; readonly reference: string }
  | { readonly type: "delta"; readonly text: string }
  /** Reasoning before the answer, where the model separates the two. */
  | { readonly type: "thought"; readonly text: string }
  /** Replaces all text before it. */
  | { readonly type: "replace"; readonly text: string }
  /** A file that the model has made. */
  | { readonly type: "file"; readonly file: AnswerFile }
  | { readonly type: "facts"; readonly facts: AnswerFacts }
  /** What the model is to be given with the next question of the conversation; replaces any before it. */
  | {
      readonly type: "memory";
      readonly memory: string;
      /** Set where the model has begun a conversation in place of the one that it was to continue. */
      readonly startsNew?: true;
    };

export const failureCodes = [
  /** Not reached, overloaded or answering nonsense. */
  "unavailable",
  /** Nothing came for too long. */
  "timeout",
  /** Wrong key, unknown model, wrong app mode, inputs that are refused. */
  "refused",
  /** The model behind the app failed. */
  "model",
  /** The model does not know the conversation that it is to continue. */
  "conversation_lost",
  /** The answer ended well and has no text. */
  "empty",
] as const;
export type FailureCode = (typeof failureCodes)[number];

export const truncationReasons = ["length", "content_filter"] as const;
export type TruncationReason = (typeof truncationReasons)[number];

/** The one way in which asking ends. */
export type AnswerOutcome =
  | { readonly status: "answered" }
  /** The model ended before it had said all: at its limit of length, or since a content filter withheld the rest. */
  | { readonly status: "truncated"; readonly reason: TruncationReason }
  | {
      readonly status: "failed";
      readonly code: FailureCode;
      readonly retryable: boolean;
      /** How long the model's server asked to be left alone, in milliseconds. */
      readonly retryAfterMs?: number | undefined;
      /** For the logs: codes and numbers, never what the model's server said. */
      readonly detail: string;
    }
  | { readonly status: "stopped" }
  /** The model waits for a person's input; `form`: what it asks them, where it says so. */
  | { readonly status: "paused"; readonly form: string | undefined }
  /** The stream broke off before its end. */
  | { readonly status: "incomplete" }
  /** The bridge itself gave up asking: another worker has the turn. */
  | { readonly status: "abandoned" };

/** Whether a model gave an answer, if perhaps a shortened one. */
export const isAnswer = ({ status }: AnswerOutcome): boolean =>
  status === "answered" || status === "truncated";
