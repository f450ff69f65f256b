import type { DifyIntegration } from "./integration.ts";

/** What Dify is asked. */
export interface Question {
  readonly integration: DifyIntegration;
  readonly text: string;
  /** All of them, every turn: since Dify 1.0 each turn uses the inputs it is sent. */
  readonly inputs: Readonly<Record<string, string>>;
  readonly user: string;
  readonly conversationId: string | undefined;
}

/** What comes back while Dify answers. */
export type AnswerEvent =
  /** Dify has named its conversation, if the app has any. */
  | { readonly type: "begun"; readonly conversationId: string }
  | { readonly type: "delta"; readonly text: string }
  /** In the place of everything so far. */
  | { readonly type: "replace"; readonly text: string };

export type FailureCode =
  /** Not reached, overloaded or answering nonsense. */
  | "unavailable"
  /** Nothing came for too long. */
  | "timeout"
  /** Wrong key, wrong app mode, inputs that the app refuses. */
  | "refused"
  /** The model behind the app failed. */
  | "model"
  | "conversation_lost";

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
  /** The app waits for a person's input. */
  | { readonly status: "paused" }
  /** The stream broke off before its end. */
  | { readonly status: "incomplete" };

/**
 * Asks the integration's Dify app. Events arrive in order; a promise returned by the listener is waited for
 * before the next. Bounded in time. Resolves with the outcome and never rejects for anything that Dify does.
 */
export type AskDify = (
  question: Question,
  listener: (event: AnswerEvent) => void | Promise<void>,
) => Promise<AnswerOutcome>;
