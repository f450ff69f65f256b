import * as v from "valibot";
import { anyObject } from "#core/shared/rules.ts";
import { refuseLimitsOfWebhook, refuseUselessFilter } from "./useless-fields.ts";

/** A schema for each type of integration. */
interface Variant {
  readonly options: readonly { readonly entries: v.ObjectEntries }[];
}

/** Of RongCloud's `rc_agentchat`. Its Java SDK sends it for other types too; there it is accepted, and not stored. */
const agent = "agent";

const refuseUnknownFields = ({ options }: Variant, others: readonly string[]) => {
  const known = new Set([...others, ...options.flatMap(({ entries }) => Object.keys(entries))]);
  const message = `is not a field of an integration; known fields: ${[...known].join(", ")}`;
  return v.rawCheck<Record<string, unknown>>(({ dataset, addIssue }) => {
    if (!dataset.typed) return;
    const sent = dataset.value;
    const key = Object.keys(sent).find((name) => name !== agent && !known.has(name));
    if (key === undefined) return;
    // Null counts as absent. Another value is not part of the message: it may be a key under a misspelt name.
    const input = sent[key] === null ? null : key;
    addIssue({
      message,
      input,
      path: [{ type: "object", origin: "key", input: sent, key, value: sent[key] }],
    });
  });
};

/**
 * An integration in a request. Fields that no type has are rejected: the variant would silently drop them. So is what would
 * have no effect. `others`: fields of the request next to the integration's.
 */
export const withoutUnknownFields = <O>(
  integration: v.GenericSchema<Record<string, unknown>, O> & Variant,
  others: readonly string[] = [],
) =>
  v.pipe(
    anyObject(),
    refuseUnknownFields(integration, others),
    refuseUselessFilter,
    refuseLimitsOfWebhook,
    integration,
  );
