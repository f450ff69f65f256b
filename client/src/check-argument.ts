// Programs without types pass variables that are not set, and `fetch` would fail as if the bridge were unreachable.

/** @throws TypeError for anything but a string. */
export const checkString = (name: string, value: unknown): string => {
  if (typeof value === "string") return value;
  throw new TypeError(`${name}: must be a string, got ${typeof value}`);
};

/**
 * The id as a segment of a path.
 * @throws TypeError if it is none.
 */
export const pathSegment = (name: string, id: unknown): string => {
  if (id === "") throw new TypeError(`${name}: must not be empty`);
  return encodeURIComponent(checkString(name, id));
};

/** @throws TypeError if it cannot be the value of a header. */
export const checkHeader = (name: string, value: unknown): string => {
  const text = checkString(name, value);
  if (/^[\x21-\x7e]+$/.test(text)) return text;
  throw new TypeError(`${name}: must be visible ASCII characters, got a string of ${text.length}`);
};
