import * as v from "valibot";

/**
 * A string, which may hold anything, or a number that JSON does not have. The string may be unclosed: if it did not match,
 * the search would begin again at each of its quotes.
 */
const stringOrNumber = /"(?:[^"\\]|\\(?:[\s\S]|$))*(?:"|$)|-?\b(?:NaN|Infinity)\b/g;

const withoutNumbers = (text: string): string =>
  text.replace(stringOrNumber, (found) => (found.startsWith('"') ? found : "null"));

/** JSON as Python writes it: `NaN` and `Infinity`, which stand for nothing that is read, become null. Undefined: not JSON. */
export const parsePythonJson = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    if (!/NaN|Infinity/.test(text)) return undefined;
  }
  try {
    return JSON.parse(withoutNumbers(text));
  } catch {
    return undefined;
  }
};

/** The same as a transformation. */
export const pythonJson = v.rawTransform<string, unknown>(({ dataset, addIssue, NEVER }) => {
  const parsed = parsePythonJson(dataset.value);
  if (parsed !== undefined) return parsed;
  addIssue({ message: "must be valid JSON" });
  return NEVER;
});
