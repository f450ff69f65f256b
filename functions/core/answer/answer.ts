import type { OpenDifyIntegration } from "#core/bot/integration.ts";
import type { QuestionFile } from "#core/message/question-file.ts";
import type { AnswerFacts, AnswerFile } from "./answer-facts.ts";

/** What Dify is asked. */
export interface Question {
  readonly integration: OpenDifyIntegration;
  readonly text: string;
  readonly files: readonly QuestionFile[];
  /** All of them, every turn: since Dify 1.0 each turn uses the inputs it is sent. */
  readonly inputs: Readonly<Record<string, string>>;
  readonly user: string;
  readonly conversationId: string | undefined;
}

/** What Dify calls a turn; a workflow has neither conversation nor message. */
export interface AnswerIds {
  readonly conversationId: string | undefined;
  readonly messageId: string | undefined;
  /** By which it is stopped. */
  readonly taskId: string | undefined;
}

/** What comes back while Dify answers. */
export type AnswerEvent =
  /** Dify has named the turn: the first event of all, where there is any. */
  | { readonly type: "begun"; readonly ids: AnswerIds }
  | { readonly type: "delta"; readonly text: string }
  /** What the model thinks before it answers, where Dify parts the two. */
  | { readonly type: "thought"; readonly text: string }
  /** In the place of everything so far. */
  | { readonly type: "replace"; readonly text: string }
  /** A file that the app has made. */
  | { readonly type: "file"; readonly file: AnswerFile }
  | { readonly type: "facts"; readonly facts: AnswerFacts };

export type FailureCode =
  /** Not reached, overloaded or answering nonsense. */
  | "unavailable"
  /** Nothing came for too long. */
  | "timeout"
  /** Wrong key, wrong app mode, inputs that the app refuses. */
  | "refused"
  /** The model behind the app failed. */
  | "model"
  | "conversation_lost"
  /** Dify ended well and said nothing. */
  | "empty";

/** The one way in which asking ends. */
export type AnswerOutcome =
  | { readonly status: "answered" }
  | {
      readonly status: "failed";
      readonly code: FailureCode;
      readonly retryable: boolean;
      readonly detail: string;
    }
  | { readonly status: "stopped" }
  /** The app waits for a person's input; `form`: what it asks them, where it says so. */
  | { readonly status: "paused"; readonly form: string | undefined }
  /** The stream broke off before its end. */
  | { readonly status: "incomplete" }
  /** We ourselves gave up asking: the turn is another worker's by now. */
  | { readonly status: "abandoned" };

/** How far a turn may go. */
export interface TurnLimits {
  /** When it must have its answer, in milliseconds since the epoch. */
  readonly deadline: number;
  /** Aborted when the turn is no longer ours: nothing more may reach the user from here. */
  readonly signal: AbortSignal;
  /** Aborted when the user wants no more of the answer. */
  readonly stop?: AbortSignal;
}

/**
 * Asks the integration's Dify app. Events arrive in order; a promise returned by the listener is waited for before the
 * next. Resolves with the outcome within the limits, and never rejects for anything that Dify does; what the listener
 * throws is thrown on.
 */
export type AskDify = (
  question: Question,
  listener: (event: AnswerEvent) => void | Promise<void>,
  limits: TurnLimits,
) => Promise<AnswerOutcome>;

/** Tells Dify to end what it does for a turn. Rejects where it cannot be told; that it obeys nobody can know. */
export type StopDify = (integration: OpenDifyIntegration, taskId: string, user: string) => Promise<void>;
