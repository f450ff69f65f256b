const longestEcho = 80;

/** What a caller sent, in so few characters that a refusal stays readable. */
export const shorten = (text: string): string =>
  text.length > longestEcho ? `${text.slice(0, longestEcho)}…` : text;

/** `1 key`, `3 keys`. */
export const countOf = (count: number, noun: string): string => `${count} ${noun}${count === 1 ? "" : "s"}`;

/** `integrations[1].callbackUrl`. */
export const fieldPath = (keys: readonly unknown[]): string =>
  keys.reduce<string>((path, key) => {
    if (typeof key === "number") return `${path}[${key}]`;
    const name = key === "" ? '""' : shorten(String(key));
    return path === "" ? name : `${path}.${name}`;
  }, "");
