const maxCharacters = 500;

/** Terminals and CI logs interpret control characters. */
const controlCharacters = /[\p{Cc}\p{Bidi_Control}]+/gu;

/** Makes a string safe to print: on one line, truncated, and with each secret replaced by `***`. */
export const redact = (text: string, secrets: readonly string[]): string => {
  const redacted = secrets
    .filter((secret) => secret !== "")
    // Longest first: one secret may contain another.
    .toSorted((one, other) => other.length - one.length)
    .reduce((rest, secret) => rest.replaceAll(secret, "***"), text);
  const line = redacted.replaceAll(controlCharacters, " ");
  return line.length > maxCharacters ? `${line.slice(0, maxCharacters)} …` : line;
};
