/** A value as Markdown code: strings as they are, other values as JSON. */
export const inlineCode = (value: unknown): string =>
  `\`${typeof value === "string" ? value : JSON.stringify(value)}\``;
