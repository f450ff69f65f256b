import * as v from "valibot";
import { anyObject, refuseUnknownFields } from "#core/shared/rules.ts";
import { refuseModelOptionsOfWebhook, refuseUselessFilter } from "./useless-fields.ts";

/** A schema for each type of integration. */
interface Variant {
  readonly options: readonly { readonly entries: v.ObjectEntries }[];
}

/** Of RongCloud's `rc_agentchat`. Its Java SDK sends it for other types too; there it is accepted, and not stored. */
const agent = "agent";

/**
 * An integration in a request. Fields that no type has are rejected: the variant would silently drop them. So is what would
 * have no effect. `others`: fields of the request next to the integration's.
 */
export const withoutUnknownFields = <O>(
  integration: v.GenericSchema<Record<string, unknown>, O> & Variant,
  others: readonly string[] = [],
) => {
  const known = [...others, ...integration.options.flatMap(({ entries }) => Object.keys(entries))];
  return v.pipe(
    anyObject(),
    refuseUnknownFields(known, "an integration", [agent]),
    refuseUselessFilter,
    refuseModelOptionsOfWebhook,
    integration,
  );
};
