import * as v from "valibot";
import { integerBetween, trueOrFalse } from "#core/shared/rules.ts";

/** A request for a page of the app's bots, with or without their integrations. */
export const pageSchema = v.object(
  {
    page: v.optional(integerBetween(1, 1_000_000), 1),
    pageSize: v.optional(integerBetween(1, 100), 10),
    includeIntegration: v.optional(trueOrFalse, false),
  },
  "must be an object",
);
