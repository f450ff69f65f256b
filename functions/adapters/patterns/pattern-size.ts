import { RE2JS } from "re2js";

/**
 * How large the patterns of one list may be together. What they cost, to compile and for each character of a text, grows
 * with it.
 */
export const mostPatternSize = 1000;

/**
 * A pattern's length, its repeats written out: `\d{3}` counts like `\d\d\d`. Undefined where it is no regular expression
 * in RE2's syntax, which has nothing that takes more than linear time: no back references, no looking around. RE2 itself
 * refuses more than 1000 repeats, one within another multiplied; so the worst pattern of 256 characters is measured in
 * 0.3 s and 120 MB, and then too large by far.
 */
export const patternSize = (pattern: string): number | undefined => {
  try {
    return Math.max(pattern.length, RE2JS.compile(pattern).programSize());
  } catch {
    return undefined;
  }
};
