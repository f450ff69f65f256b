import * as v from "valibot";
import { maxPatternSize, patternSize } from "#adapters/patterns/pattern-size.ts";
import type { IntegrationType } from "#core/bot/integration-types.ts";
import { type OptionsOf, optionsByType } from "#core/bot/options.ts";
import { issueAt } from "#core/shared/rules.ts";

const notAPattern = "must be a regular expression (RE2 syntax)";
const tooLarge = `at most ${maxPatternSize} characters for all patterns of the list, with repeats such as {3} expanded`;

interface PatternFault {
  readonly index: number;
  readonly rule: string;
}

/** The first invalid pattern. The patterns after it are not compiled, as a large one is slow to compile. */
const patternFault = (patterns: readonly string[]): PatternFault | undefined => {
  let total = 0;
  for (const [index, pattern] of patterns.entries()) {
    const size = patternSize(pattern);
    if (size === undefined) return { index, rule: notAPattern };
    total += size;
    if (total > maxPatternSize) return { index, rule: tooLarge };
  }
  return undefined;
};

const checkPatterns = v.rawCheck<OptionsOf<IntegrationType>>(({ dataset, addIssue }) => {
  if (!dataset.typed) return;
  const fault = patternFault(dataset.value.filter?.matches ?? []);
  if (fault) addIssue(issueAt(dataset.value, ["filter", "matches", fault.index], fault.rule));
});

/** The options of a type in a request. Their patterns must compile and not be too large (`functions/core/bot/options.ts`). */
export const requestOptions = <T extends IntegrationType>(type: T): v.GenericSchema<unknown, OptionsOf<T>> =>
  v.pipe(optionsByType[type], checkPatterns);
