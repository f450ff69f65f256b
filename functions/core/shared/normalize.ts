/** Unicode's Stream-Safe Text Format (UAX #15, section 13) allows 30 of them after a letter. Languages need fewer than ten. */
const tooManyMarks = /\p{M}{31}/u;

/**
 * Returns the text in a Unicode normalization form, so that the encodings of an accent are equal. A text with more combining
 * marks in a row than any language has is returned as it is: they are sorted in quadratic time, seconds for a message of
 * 128 KB.
 */
export const normalize = (text: string, form: "NFC" | "NFKC"): string =>
  tooManyMarks.test(text) ? text : text.normalize(form);

/**
 * Maps texts that differ only in letter case or in the encoding of accents to the same string. Lower case first, then upper
 * case: neither alone equates `ß` with `ẞ` and `ς` with `Σ`.
 */
export const foldCase = (text: string): string => normalize(text.toLowerCase().toUpperCase(), "NFC");
