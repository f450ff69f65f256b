/** Unicode's Stream-Safe Text Format (UAX #15, section 13) allows 30 of them after a letter. Languages need fewer than ten. */
const tooManyMarks = /\p{M}{31}/u;

/**
 * Returns the text in a Unicode normalization form, so that the encodings of an accent are equal. A text with more combining
 * marks in a row than any language has is returned as it is: they are sorted in quadratic time, seconds for a message of
 * 128 KB.
 */
export const normalize = (text: string, form: "NFC" | "NFKC"): string =>
  tooManyMarks.test(text) ? text : text.normalize(form);

/** For what people type in place of a name: `１．`, `1.` and `1` are the same, and so are `YES` and `Yes`. */
export const plainName = (text: string): string =>
  normalize(text, "NFKC")
    .trim()
    .replace(/[.)。]$/, "")
    .trimEnd()
    .toLowerCase();
