import * as v from "valibot";
import { listOf, textOf } from "#adapters/api-gateway/rules.ts";
import { mostPatternSize, patternSize } from "#adapters/patterns/pattern-size.ts";
import { filterKinds } from "#core/bot/keyword-filter.ts";
import { isMap } from "./is-map.ts";

const mostEntries = 32;

const noPattern = "must be a regular expression (RE2 syntax)";
const tooLarge = `must keep the list within ${mostPatternSize} characters, repeats such as {3} written out`;

interface PatternFault {
  readonly at: number;
  readonly rule: string;
}

/** The first pattern that is wrong. Those behind it are not compiled: one that is too large takes long enough. */
const patternFault = (patterns: readonly string[]): PatternFault | undefined => {
  let total = 0;
  for (const [at, pattern] of patterns.entries()) {
    const size = patternSize(pattern);
    if (size === undefined) return { at, rule: noPattern };
    total += size;
    if (total > mostPatternSize) return { at, rule: tooLarge };
  }
  return undefined;
};

const keywords = listOf(textOf(1, 128), mostEntries);

const patterns = v.pipe(
  listOf(textOf(1, 256), mostEntries),
  v.rawCheck(({ dataset, addIssue }) => {
    if (!dataset.typed) return;
    const input = dataset.value;
    const fault = patternFault(input);
    if (!fault) return;
    const { at: key, rule: message } = fault;
    const value = input[key];
    addIssue({ message, input: value, path: [{ type: "array", origin: "value", input, key, value }] });
  }),
  v.description("Regular expressions in RE2's syntax. Letter case counts, unless `(?i)` says otherwise."),
);

/** A keyword filter, of which an entry at least must fit a message's text (`functions/core/bot/keyword-filter.ts`). */
export const filterSchema = v.pipe(
  v.custom<Record<string, unknown>>(isMap, "must be a map"),
  v.strictObject(
    {
      contains: v.exactOptional(keywords),
      startsWith: v.exactOptional(keywords),
      endsWith: v.exactOptional(keywords),
      equals: v.exactOptional(keywords),
      matches: v.exactOptional(patterns),
    },
    `is no part of a filter, known are: ${filterKinds.join(", ")}`,
  ),
  v.check(
    (filter) => Object.values(filter).some((entries) => entries.length > 0),
    "must have an entry at least",
  ),
);
