/** Control characters, other line breaks, and characters that change the direction of the text around them. */
const breaking = /[\p{Cc}\u2028\u2029\p{Bidi_Control}]/gu;

const shortEscapes = new Map([
  ["\n", "\\n"],
  ["\r", "\\r"],
  ["\t", "\\t"],
]);

/**
 * The text on one line, for a log or a terminal: with escapes, as in JSON, for characters that would begin a new line, move the
 * cursor or reorder the text. JSON stays the same JSON.
 */
export const oneLine = (text: string): string =>
  text.replace(
    breaking,
    (character) =>
      shortEscapes.get(character) ?? `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
