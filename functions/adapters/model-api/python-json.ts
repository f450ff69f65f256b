import * as v from "valibot";

/**
 * A string, which may hold anything, or a number that JSON does not have. The string may be unclosed: if it did not match,
 * the search would begin again at each of its quotes.
 */
const stringOrNumber = /"(?:[^"\\]|\\(?:[\s\S]|$))*(?:"|$)|-?\b(?:NaN|Infinity)\b/g;

const withoutNumbers = (text: string): string =>
  text.replace(stringOrNumber, (found) => (found.startsWith('"') ? found : "null"));

const parse = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch (error) {
    if (!/NaN|Infinity/.test(text)) throw error;
    return JSON.parse(withoutNumbers(text));
  }
};

/** JSON as Python writes it: `NaN` and `Infinity`, which stand for nothing that is read, become null. */
export const pythonJson = v.rawTransform<string, unknown>(({ dataset, addIssue, NEVER }) => {
  try {
    return parse(dataset.value);
  } catch {
    addIssue({ message: "must be valid JSON" });
    return NEVER;
  }
});
