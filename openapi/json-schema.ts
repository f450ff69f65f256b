import { type ConversionConfig, type JsonSchema, toJsonSchema } from "@valibot/to-json-schema";
import type * as v from "valibot";
import { schemasBehindGuards } from "./guards.ts";
import { schemasByInput } from "./schemas-by-input.ts";

type OverrideSchema = NonNullable<ConversionConfig["overrideSchema"]>;
type OverrideAction = NonNullable<ConversionConfig["overrideAction"]>;

/** A pattern of JSON Schema knows no flags. */
const inEitherCase = (source: string): string =>
  source.replace(/[a-z]/gi, (letter) => `[${letter.toLowerCase()}${letter.toUpperCase()}]`);

const convertAction: OverrideAction = ({ valibotAction, jsonSchema }) => {
  const requirement = "requirement" in valibotAction ? valibotAction.requirement : undefined;
  if (requirement instanceof RegExp && requirement.flags === "i" && !/[\\[]/.test(requirement.source)) {
    return { ...jsonSchema, pattern: inEitherCase(requirement.source) };
  }
  // As near as JSON Schema comes to it: no text has more characters than bytes.
  if (valibotAction.type === "max_bytes" && typeof requirement === "number") {
    return { ...jsonSchema, maxLength: requirement };
  }
  return undefined;
};

/** Says the same in fewer and plainer words. */
const tidy = ({ anyOf, properties, required, ...rest }: JsonSchema): JsonSchema => {
  const types = anyOf?.flatMap((option) =>
    typeof option === "object" && typeof option.type === "string" && Object.keys(option).length === 1
      ? option.type
      : [],
  );
  const onlyTypes = types !== undefined && types.length === anyOf?.length;
  return {
    ...(typeof rest.const === "string" && { type: "string" }),
    ...(Number.isInteger(rest.const) && { type: "integer" }),
    ...(onlyTypes ? { type: types } : anyOf && { anyOf }),
    ...rest,
    ...(properties && Object.keys(properties).length > 0 && { properties }),
    ...(required && required.length > 0 && { required }),
  };
};

/**
 * What a schema takes, as JSON Schema says it. Checks that are code of ours are left out: they stand in descriptions.
 * @throws Error for a schema of which JSON Schema, and this, know nothing: the document must not be silent about it.
 */
export const jsonSchemaOf = (schema: v.GenericSchema): JsonSchema => {
  const behindGuards = schemasBehindGuards(schema);
  const convertSchema: OverrideSchema = ({ valibotSchema, jsonSchema, errors }) => {
    const behind = behindGuards.get(valibotSchema);
    if (behind) return jsonSchemaOf(behind);
    const byInput = schemasByInput(valibotSchema);
    if (byInput) return { anyOf: byInput.map(jsonSchemaOf) };
    return errors ? undefined : tidy(jsonSchema);
  };
  const { $schema, $defs, ...converted } = toJsonSchema(schema, {
    target: "draft-2020-12",
    typeMode: "input",
    ignoreActions: ["check", "raw_check"],
    overrideSchema: convertSchema,
    overrideAction: convertAction,
  });
  return converted;
};
