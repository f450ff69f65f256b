import { createHash } from "node:crypto";
import * as v from "valibot";

/** Lengths in UTF-16 code units and SHA-256 hashes of consecutive parts of a text. */
export const savedDigest = v.array(v.object({ length: v.number(), sha256: v.string() }));
type SavedDigest = v.InferOutput<typeof savedDigest>;

/** The length and hash of a text that arrives in pieces. The text itself may be long and is not kept. */
export interface TextDigest {
  readonly length: number;
  append(piece: string): void;
  /** Starts over with `text`. */
  reset(text: string): void;
  /** The part of `whole` after the text so far; undefined if `whole` does not begin with that text. */
  restOf(whole: string): string | undefined;
  /** For another process that continues the text. */
  save(): SavedDigest;
}

// UTF-16, as a surrogate pair may be split between two pieces.
const hashOf = (text: string): string => createHash("sha256").update(text, "utf16le").digest("base64");

/** Pieces are a word each, and a call of the hash costs as much as reading their event. In UTF-16 code units. */
const maxBuffered = 8_192;

/** `saved`: the text that an earlier process received. */
export const makeTextDigest = (saved: SavedDigest = []): TextDigest => {
  let earlier = saved;
  let hash = createHash("sha256");
  let buffered = "";
  let length = 0;
  const flush = (): void => {
    hash.update(buffered, "utf16le");
    buffered = "";
  };
  const append = (piece: string): void => {
    buffered += piece;
    length += piece.length;
    if (buffered.length > maxBuffered) flush();
  };
  const save = (): SavedDigest => {
    if (length === 0) return earlier;
    flush();
    return [...earlier, { length, sha256: hash.copy().digest("base64") }];
  };
  return {
    get length() {
      return earlier.reduce((sum, part) => sum + part.length, length);
    },
    append,
    reset: (text) => {
      earlier = [];
      hash = createHash("sha256");
      buffered = "";
      length = 0;
      append(text);
    },
    restOf: (whole) => {
      let at = 0;
      for (const part of save()) {
        const end = at + part.length;
        if (whole.length < end || hashOf(whole.slice(at, end)) !== part.sha256) return undefined;
        at = end;
      }
      return whole.slice(at);
    },
    save,
  };
};
