import { createHash } from "node:crypto";

/** All of a text that comes piece by piece, of which nothing but its length and its hash is kept: it may be long. */
export interface RunningText {
  readonly length: number;
  append(piece: string): void;
  /** Replaces everything by `text`. */
  reset(text: string): void;
  /** What follows the text so far in `whole`; undefined where `whole` does not begin with it. */
  restOf(whole: string): string | undefined;
}

export const makeRunningText = (): RunningText => {
  let hash = createHash("sha256");
  let length = 0;
  const append = (piece: string): void => {
    // By code units: a pair of surrogates may come in two pieces.
    hash.update(piece, "utf16le");
    length += piece.length;
  };
  return {
    get length() {
      return length;
    },
    append,
    reset: (text) => {
      hash = createHash("sha256");
      length = 0;
      append(text);
    },
    restOf: (whole) => {
      if (whole.length < length) return undefined;
      const head = createHash("sha256").update(whole.slice(0, length), "utf16le").digest();
      return head.equals(hash.copy().digest()) ? whole.slice(length) : undefined;
    },
  };
};
