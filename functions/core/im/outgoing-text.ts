import { makeTextHash, type TextHash } from "#core/shared/text-hash.ts";
import type { Continuation } from "./markdown-blocks.ts";

/** The text of an answer on its way into one message or several. */
export interface OutgoingText {
  /** What waits to be sent. It may begin with lines that only open a Markdown block again. */
  readonly waiting: string;
  /** The answer's text in all messages since it was last replaced, without such lines. */
  readonly sent: TextHash;
  add(text: string): void;
  /** Adds a sentence that is not the model's, and belongs to no block. */
  addSentence(sentence: string): void;
  /** Removes what waits, or the first `length` characters of it, and returns it. */
  take(length?: number): string;
  /** What was taken waits again: no message has it. */
  putBack(text: string): void;
  /** What was taken is in a message now. */
  countSent(text: string): void;
  /** Opens a block again before what waits, or before the next text. */
  reopenWith(reopen: Continuation["reopen"]): void;
  /** Only `text` waits now. */
  replaceWaiting(text: string): void;
  /** What was sent is void. */
  forgetSent(): void;
}

export const makeOutgoingText = (): OutgoingText => {
  let waiting = "";
  let sent = makeTextHash();
  /** Number of characters at the start of `waiting` that only open a block again. */
  let reopening = 0;
  /** Set if no text has followed yet. */
  let reopenNext: Continuation["reopen"] | undefined;

  return {
    get waiting() {
      return waiting;
    },
    get sent() {
      return sent;
    },
    add: (text) => {
      const added = reopenNext ? reopenNext(text) : text;
      reopening += added.length - text.length;
      reopenNext = undefined;
      waiting += added;
    },
    addSentence: (sentence) => {
      waiting += sentence;
    },
    take: (length = waiting.length) => {
      const text = waiting.slice(0, length);
      waiting = waiting.slice(length);
      return text;
    },
    putBack: (text) => {
      waiting = text + waiting;
    },
    countSent: (text) => {
      const opening = Math.min(reopening, text.length);
      reopening -= opening;
      sent.append(text.slice(opening));
    },
    reopenWith: (reopen) => {
      if (waiting === "") {
        reopenNext = reopen;
        return;
      }
      const before = waiting.length;
      waiting = reopen(waiting);
      reopening += waiting.length - before;
    },
    replaceWaiting: (text) => {
      reopenNext = undefined;
      reopening = 0;
      waiting = text;
    },
    forgetSent: () => {
      sent = makeTextHash();
    },
  };
};
