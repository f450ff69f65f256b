import { failureCodes, type TruncationReason } from "./answer.ts";
import type { AnswerFacts } from "./answer-facts.ts";

/** Why an answer failed. */
export const endingCodes = [
  ...failureCodes,
  /** Its stream ended before it did. */
  "broken_off",
  /** The user sent nothing that a model could read. */
  "unreadable",
] as const;
export type EndingCode = (typeof endingCodes)[number];

/** How an answer ends for the user. `sentence` is what they are told, in plain words. */
export type AnswerEnding =
  | { readonly status: "complete"; readonly facts?: AnswerFacts | undefined }
  | {
      readonly status: "truncated";
      readonly reason: TruncationReason;
      readonly sentence: string;
      readonly facts: AnswerFacts | undefined;
    }
  | { readonly status: "stopped" }
  /** It goes on once a person has decided. */
  | { readonly status: "paused"; readonly sentence: string }
  /** Nothing more goes out, not even an end: another worker brings the answer. */
  | { readonly status: "abandoned" }
  | {
      readonly status: "failed";
      readonly sentence: string;
      readonly code: EndingCode;
      /** Whether the same question may be answered later. */
      readonly retryable: boolean;
    };

export type Delivery =
  | { readonly status: "delivered" }
  /** The other side did not accept it, however long it was tried. */
  | { readonly status: "undelivered"; readonly reason: string };

/** Where an answer's text goes: an IM conversation, or an open HTTP response. */
export interface AnswerSink {
  /** Aborted when the other side accepts no more: there is no use in asking the model on. */
  readonly gaveUp: AbortSignal;
  /** Takes more of the answer at once. A promise asks the turn to wait before it brings more. */
  delta(text: string): void | Promise<void>;
  /** Replaces everything before it with `text`. */
  replace(text: string): void | Promise<void>;
  /** Ends the answer, once; resolves when everything has arrived or is given up, and never rejects. */
  end(ending: AnswerEnding): Promise<Delivery>;
}

/** Hears how a turn goes on, apart from its text. */
export interface TurnObserver {
  /** The model is being asked: an answer is on its way. */
  onModelCalled?(): void;
  /** The model has named the turn (`Model`). */
  onReference?(reference: string): void;
}

/** Who receives an answer. */
export interface AnswerReceiver {
  readonly sink: AnswerSink;
  readonly observer?: TurnObserver;
}

/** Takes an answer that nobody is to see (`handleResponse: false`). */
export const makeNullSink = (): AnswerSink => ({
  gaveUp: new AbortController().signal,
  delta: () => {},
  replace: () => {},
  end: async () => ({ status: "delivered" }),
});
