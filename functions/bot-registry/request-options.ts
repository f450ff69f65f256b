import * as v from "valibot";
import { mostPatternSize, patternSize } from "#adapters/patterns/pattern-size.ts";
import type { IntegrationType } from "#core/bot/integration-types.ts";
import { type OptionsOf, optionsByType } from "#core/bot/options.ts";

const notAPattern = "must be a regular expression (RE2 syntax)";
const tooLarge = `must keep the list within ${mostPatternSize} characters, repeats such as {3} written out`;

interface PatternFault {
  readonly index: number;
  readonly rule: string;
}

/** The first pattern that is wrong. Those after it are not compiled: one that is too large takes long enough. */
const patternFault = (patterns: readonly string[]): PatternFault | undefined => {
  let total = 0;
  for (const [index, pattern] of patterns.entries()) {
    const size = patternSize(pattern);
    if (size === undefined) return { index, rule: notAPattern };
    total += size;
    if (total > mostPatternSize) return { index, rule: tooLarge };
  }
  return undefined;
};

const checkPatterns = v.rawCheck<OptionsOf<IntegrationType>>(({ dataset, addIssue }) => {
  if (!dataset.typed) return;
  const { filter } = dataset.value;
  const matches = filter?.matches;
  const fault = matches && patternFault(matches);
  if (!filter || !matches || !fault) return;
  const value = matches[fault.index];
  addIssue({
    message: fault.rule,
    input: value,
    path: [
      { type: "object", origin: "value", input: { ...dataset.value }, key: "filter", value: filter },
      { type: "object", origin: "value", input: { ...filter }, key: "matches", value: matches },
      { type: "array", origin: "value", input: [...matches], key: fault.index, value },
    ],
  });
});

/** The options of a type as callers send them: their patterns compile, and are not too large (`functions/core/bot/options.ts`). */
export const requestOptions = <T extends IntegrationType>(type: T): v.GenericSchema<unknown, OptionsOf<T>> =>
  v.pipe(optionsByType[type], checkPatterns);
