import * as v from "valibot";
import { modelTypes } from "#core/bot/integration-types.ts";
import { oneOf } from "#core/shared/rules.ts";

/** Query parameters: whose model's server gets the file. */
export const uploadQuery = v.object({ integration: v.optional(oneOf(modelTypes)) });
