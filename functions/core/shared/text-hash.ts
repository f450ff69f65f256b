/** The length and a hash of a text that arrives in pieces, for comparing it with another text. The text is not kept. */
export interface TextHash {
  readonly length: number;
  append(piece: string): void;
  /** 64 bits, as hexadecimal digits. Finds differences, but does not protect against forgery. */
  value(): string;
}

const prime = 0x01000193;
const hex = (word: number): string => (word >>> 0).toString(16).padStart(8, "0");

/** FNV-1a over code units, twice with different starts: core has no crypto. */
export const makeTextHash = (): TextHash => {
  let first = 0x811c9dc5;
  let second = 0x01234567;
  let length = 0;
  return {
    get length() {
      return length;
    },
    append: (piece) => {
      for (let at = 0; at < piece.length; at += 1) {
        const code = piece.charCodeAt(at);
        first = Math.imul(first ^ code, prime);
        second = Math.imul(second ^ code ^ (second >>> 15), prime);
      }
      length += piece.length;
    },
    value: () => hex(first) + hex(second),
  };
};

export const hashOf = (text: string): string => {
  const hash = makeTextHash();
  hash.append(text);
  return hash.value();
};
