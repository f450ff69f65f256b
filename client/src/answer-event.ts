import type { JsonObject } from "./json.ts";

/** What comes while the bot answers, in order. `text` is all of the answer's text so far. */
export type AnswerEvent =
  | AnswerStart
  | { readonly type: "delta"; readonly content: string; readonly text: string }
  /** The bot takes back what it said so far, and says this instead. */
  | { readonly type: "replace"; readonly content: string; readonly text: string }
  | AnswerEnd;

export interface AnswerStart {
  readonly type: "start";
  /** Names the answer in `resume`, `suggested` and `feedback`. */
  readonly turn: string;
  readonly conversation: string | null;
}

export interface AnswerEnd {
  readonly type: "end";
  readonly text: string;
  /** The user stopped it: the text is what had been said by then. */
  readonly stopped: boolean;
  /** The app waits for a person to act, outside of this chat. */
  readonly paused: boolean;
  /** Why the model ended before it had said all, such as `length` or `content_filter`; null where it did not. */
  readonly truncated: string | null;
  /** What it took, as the bot's app counts it. */
  readonly usage: JsonObject | null;
  /** What the bot's app has looked up. */
  readonly sources: readonly JsonObject[];
}
