import type { AnswerIds, FailureCode } from "./answer.ts";
import type { AnswerFacts } from "./answer-facts.ts";

/** Why an answer failed. */
export type EndingCode =
  | FailureCode
  /** Its stream ended before it did. */
  | "broken_off"
  /** What the user sent is nothing that Dify could read. */
  | "unreadable";

/** How an answer ends for the user. `sentence` is what they are told, in plain words. */
export type AnswerEnding =
  | { readonly status: "complete"; readonly facts?: AnswerFacts | undefined }
  | { readonly status: "stopped" }
  /** It goes on once a person has decided. */
  | { readonly status: "paused"; readonly sentence: string }
  /** Nothing more goes out, not even an end: somebody else brings the answer. */
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
  /** The other side would not take it, however long it was tried. */
  | { readonly status: "undelivered"; readonly reason: string };

/** Where an answer goes: an IM conversation, or an open HTTP response. */
export interface AnswerSink {
  /** Aborted when the other side will take no more: then there is no use in asking Dify on. */
  readonly gaveUp: AbortSignal;
  /** Dify is being asked: an answer is on its way. */
  begin(): void;
  /** Dify has named the turn. */
  named(ids: AnswerIds): void;
  /** Takes more of the answer at once. A promise asks the turn to wait before it brings more. */
  delta(text: string): void | Promise<void>;
  /** Puts `text` in the place of everything before it. */
  replace(text: string): void | Promise<void>;
  /** Ends the answer, once; resolves when everything has arrived or is given up, and never rejects. */
  end(ending: AnswerEnding): Promise<Delivery>;
}

/** Takes an answer that nobody is to see (`handleResponse: false`). */
export const discardAnswer = (): AnswerSink => ({
  gaveUp: new AbortController().signal,
  begin: () => {},
  named: () => {},
  delta: () => {},
  replace: () => {},
  end: async () => ({ status: "delivered" }),
});
