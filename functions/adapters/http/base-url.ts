/** A URL or path that another path is appended to. A regular expression would take quadratic time for many slashes. */
export const withoutTrailingSlashes = (text: string): string => {
  let end = text.length;
  while (text[end - 1] === "/") end -= 1;
  return text.slice(0, end);
};
