const maxCharacters = 500;

/** A terminal, and a log of GitHub's, would obey some. */
const controlCharacters = /[\p{Cc}\p{Bidi_Control}]+/gu;

/** What may be shown of a text that may quote a secret: in one line, cut, and with each of them blotted out. */
export const redact = (text: string, secrets: readonly string[]): string => {
  const redacted = secrets
    .filter((secret) => secret !== "")
    // A longer one may hold a shorter.
    .toSorted((one, other) => other.length - one.length)
    .reduce((rest, secret) => rest.replaceAll(secret, "***"), text);
  const line = redacted.replaceAll(controlCharacters, " ");
  return line.length > maxCharacters ? `${line.slice(0, maxCharacters)} …` : line;
};
