import type { AnswerFacts, AnswerFile } from "./answer-facts.ts";
import type { Pause } from "./pause.ts";

/** An event of a model's answer. */
export type AnswerEvent =
  /** The model's reference for the turn (see `Model`): if sent, the first event. */
  | { readonly type: "begun"; readonly reference: string }
  | { readonly type: "delta"; readonly text: string }
  /** Reasoning before the answer, if the model separates the two. */
  | { readonly type: "thought"; readonly text: string }
  /** Replaces all text before it. */
  | { readonly type: "replace"; readonly text: string }
  /** A file that the model created. */
  | { readonly type: "file"; readonly file: AnswerFile }
  | { readonly type: "facts"; readonly facts: AnswerFacts }
  /** The state to send with the next question of the conversation; replaces the previous state. */
  | {
      readonly type: "memory";
      readonly memory: string;
      /** Set if the model started a new conversation instead of continuing the old one. */
      readonly startsNew?: true;
    };

export const failureCodes = [
  /** Unreachable, overloaded, or an invalid reply. */
  "unavailable",
  /** No data for too long. */
  "timeout",
  /** Wrong key, unknown model, wrong app mode, or rejected inputs. */
  "refused",
  /** The model behind the app failed. */
  "model",
  /** The model no longer knows the conversation. */
  "conversation_lost",
  /** The answer completed without text. */
  "empty",
] as const;
export type FailureCode = (typeof failureCodes)[number];

export const truncationReasons = ["length", "content_filter"] as const;
export type TruncationReason = (typeof truncationReasons)[number];

/** The result of a call to a model. */
export type AnswerOutcome =
  | { readonly status: "answered" }
  /** The answer is incomplete: it reached the maximum length, or a content filter blocked the rest. */
  | { readonly status: "truncated"; readonly reason: TruncationReason }
  | {
      readonly status: "failed";
      readonly code: FailureCode;
      readonly retryable: boolean;
      /** Whether the conversation may be the cause, so that the same question may be answered in a new one. */
      readonly mayNeedNewConversation?: true;
      /** How long the model's server asked to wait before the next call, in milliseconds. */
      readonly retryAfterMs?: number | undefined;
      /** For logs: codes and numbers, never text from the model's server. */
      readonly detail: string;
    }
  | { readonly status: "stopped" }
  /** The answer continues after human input. */
  | { readonly status: "paused"; readonly pause: Pause }
  /** The stream ended prematurely. */
  | { readonly status: "incomplete" }
  /** The bridge stopped the call because another worker has the turn. */
  | { readonly status: "abandoned" };

/** Whether the model gave an answer, complete or truncated. */
export const isAnswer = ({ status }: AnswerOutcome): boolean =>
  status === "answered" || status === "truncated";
