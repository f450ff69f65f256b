import { createHash } from "node:crypto";

/** The length and hash of a text that arrives in pieces. The text itself may be long and is not kept. */
export interface TextDigest {
  readonly length: number;
  append(piece: string): void;
  /** Starts over with `text`. */
  reset(text: string): void;
  /** The part of `whole` after the text so far; undefined if `whole` does not begin with that text. */
  restOf(whole: string): string | undefined;
}

export const makeTextDigest = (): TextDigest => {
  let hash = createHash("sha256");
  let length = 0;
  const append = (piece: string): void => {
    // UTF-16, as a surrogate pair may be split between two pieces.
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
