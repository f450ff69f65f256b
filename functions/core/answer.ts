import type { OpenDifyIntegration } from "./integration.ts";

/** What Dify is asked. */
export interface Question {
  readonly integration: OpenDifyIntegration;
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
  /** The app waits for a person's input. */
  | { readonly status: "paused" }
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
