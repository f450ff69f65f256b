import { failureCodes, type TruncationReason } from "./answer.ts";
import type { AnswerFacts, AnswerFile } from "./answer-facts.ts";
import type { InputForm } from "./pause.ts";

/** Why an answer failed. */
export const endingCodes = [
  ...failureCodes,
  /** The model's stream ended before the answer did. */
  "broken_off",
  /** The user's message contains nothing that a model can read. */
  "unreadable",
] as const;
export type EndingCode = (typeof endingCodes)[number];

/** How an answer ends for the user. `sentence` is the message that they receive. */
export type AnswerEnding =
  | { readonly status: "complete"; readonly facts?: AnswerFacts | undefined }
  | {
      readonly status: "truncated";
      readonly reason: TruncationReason;
      readonly sentence: string;
      readonly facts: AnswerFacts | undefined;
    }
  | {
      readonly status: "stopped";
      /** Set if the user wants no more of the answer: text that was not sent yet is dropped. */
      readonly dropsRest?: true;
    }
  /** The answer continues after human input. `form`: the form, if the user may fill it in; `sentence` has it as text. */
  | { readonly status: "paused"; readonly sentence: string; readonly form?: InputForm | undefined }
  /** Nothing more is sent, not even an end: another worker delivers the answer. */
  | { readonly status: "abandoned" }
  | {
      readonly status: "failed";
      readonly sentence: string;
      readonly code: EndingCode;
      /** Whether the same question may succeed later. */
      readonly retryable: boolean;
    };

export type Delivery =
  | { readonly status: "delivered" }
  /** The other side did not accept the answer within the retry time. */
  | { readonly status: "undelivered"; readonly reason: string };

/** The destination of an answer: an IM conversation or an open HTTP response. */
export interface AnswerSink {
  /** Aborted when the other side accepts no more text: the model can stop. */
  readonly gaveUp: AbortSignal;
  /** Aborted when it can keep no more text: the answer then ends as broken off. Undefined if it keeps none. */
  readonly full?: AbortSignal | undefined;
  /** Accepts more of the answer immediately. A returned promise asks the turn to wait before it sends more. */
  delta(text: string): void | Promise<void>;
  /** Replaces all previous text with `text`. `all`: see `TextSink`. */
  replace(text: string, all?: boolean): void | Promise<void>;
  /** See `TextSink`. Absent: reasoning is quoted in the text, and files are linked there. */
  reasoning?(text: string): void | Promise<void>;
  file?(file: AnswerFile): void | Promise<void>;
  /** Ends the answer; call it once. Resolves when everything was delivered or given up. Never rejects. */
  end(ending: AnswerEnding): Promise<Delivery>;
}

/** Receives a turn's progress, apart from its text. */
export interface TurnObserver {
  /** The model was called. */
  onModelCalled?(): void;
  /** The model sent its reference for the turn; see `Model`. */
  onReference?(reference: string): void;
}

/** The answer of an earlier worker that died. The sink goes on where it stopped, unless the answer begins again. */
export interface EarlierAnswer {
  /** The model's reference for the turn; see `Model`. */
  readonly reference: string;
  /** Whether the user has received any of its text. */
  readonly hasText: boolean;
  /** The answer begins again: its text is not that of the earlier worker. Called before any text. */
  restart(): void;
}

/** Receives an answer. */
export interface AnswerReceiver {
  readonly sink: AnswerSink;
  readonly observer?: TurnObserver;
  readonly earlier?: EarlierAnswer | undefined;
}

/** A sink that discards the answer (`handleResponse: false`). */
export const makeNullSink = (): AnswerSink => ({
  gaveUp: new AbortController().signal,
  delta: () => {},
  replace: () => {},
  end: async () => ({ status: "delivered" }),
});
