const maxEchoCharacters = 80;

/** Truncates a value that an error message quotes, so that the message stays readable. */
export const shorten = (text: string): string =>
  text.length > maxEchoCharacters ? `${text.slice(0, maxEchoCharacters)}…` : text;

/** Formats a count, such as `1 key` or `3 keys`. */
export const countOf = (count: number, noun: string): string => `${count} ${noun}${count === 1 ? "" : "s"}`;

/** A name that can be read in a path without quotes. */
const plainName = /^[\p{L}\p{M}\p{N}_$-]+$/u;

/** Formats keys as a path, such as `integrations[1].callbackUrl`, or `metadata."the tone"` where a name needs quotes. */
export const fieldPath = (keys: readonly unknown[]): string =>
  keys.reduce<string>((path, key) => {
    if (typeof key === "number") return `${path}[${key}]`;
    const sent = shorten(String(key));
    const name = plainName.test(String(key)) ? sent : JSON.stringify(sent);
    return path === "" ? name : `${path}.${name}`;
  }, "");
