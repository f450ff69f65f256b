import { wholeLength } from "#core/shared/cut-text.ts";
import { maxKeptCharacters } from "./answer-bounds.ts";

/** An answer's text that is kept until the end, up to `maxKeptCharacters`. */
export interface KeptText {
  readonly text: string;
  /** Aborted when it is full: later text is dropped. */
  readonly full: AbortSignal;
  append(more: string): void;
  /** Starts over with `text`. */
  replace(text: string): void;
}

export const makeKeptText = (): KeptText => {
  const full = new AbortController();
  let kept = "";
  const append = (more: string): void => {
    if (full.signal.aborted) return;
    const room = maxKeptCharacters - kept.length;
    if (more.length <= room) {
      kept += more;
      return;
    }
    kept += more.slice(0, wholeLength(more, room));
    full.abort();
  };
  return {
    get text() {
      return kept;
    },
    full: full.signal,
    append,
    replace: (text) => {
      if (full.signal.aborted) return;
      kept = "";
      append(text);
    },
  };
};
