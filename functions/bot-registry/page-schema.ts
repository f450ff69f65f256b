import * as v from "valibot";
import { trueOrFalse, wholeNumber } from "#core/shared/rules.ts";

/** Which page of the app's bots, and whether with their integrations. */
export const pageSchema = v.object(
  {
    page: v.optional(wholeNumber(1, 1_000_000), 1),
    pageSize: v.optional(wholeNumber(1, 100), 10),
    includeIntegration: v.optional(trueOrFalse, false),
  },
  "must be an object",
);
