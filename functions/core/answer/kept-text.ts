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

const isSplit = (text: string, at: number): boolean =>
  /^[\uD800-\uDBFF][\uDC00-\uDFFF]/.test(text.slice(at - 1, at + 1));

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
    kept += more.slice(0, isSplit(more, room) ? room - 1 : room);
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
