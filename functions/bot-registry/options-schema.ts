import * as v from "valibot";
import { textOf, trueOrFalse } from "#adapters/api-gateway/rules.ts";
import { groupContexts } from "#core/bot/integration.ts";
import { filterSchema } from "./filter-schema.ts";
import { isMap } from "./is-map.ts";

/** Settings of ours for one integration, by name. Strict: a misspelt setting must not be taken for one that is off. */
const settings = {
  filter: v.exactOptional(filterSchema),
  everyone: v.exactOptional(trueOrFalse),
  context: v.exactOptional(v.picklist(groupContexts, `must be one of ${groupContexts.join(", ")}`)),
  slidingContext: v.exactOptional(trueOrFalse),
  showThinking: v.exactOptional(trueOrFalse),
  typing: v.exactOptional(trueOrFalse),
  errorText: v.exactOptional(textOf(1, 1024)),
};

const known = Object.keys(settings).join(", ");

export const optionsSchema = v.pipe(
  v.custom<Record<string, unknown>>(isMap, "must be a map"),
  v.strictObject(settings, `is not an option, known are: ${known}`),
);
