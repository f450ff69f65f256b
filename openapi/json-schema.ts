import { type ConversionConfig, type JsonSchema, toJsonSchema } from "@valibot/to-json-schema";
import type * as v from "valibot";
import { schemasBehindGuards } from "./guards.ts";
import { schemasByInput } from "./schemas-by-input.ts";

type OverrideSchema = NonNullable<ConversionConfig["overrideSchema"]>;
type OverrideAction = NonNullable<ConversionConfig["overrideAction"]>;

/** JSON Schema patterns have no flags. */
const caseInsensitive = (source: string): string =>
  source.replace(/[a-z]/gi, (letter) => `[${letter.toLowerCase()}${letter.toUpperCase()}]`);

const convertAction: OverrideAction = ({ valibotAction, jsonSchema }) => {
  const requirement = "requirement" in valibotAction ? valibotAction.requirement : undefined;
  if (requirement instanceof RegExp && requirement.flags === "i" && !/[\\[]/.test(requirement.source)) {
    return { ...jsonSchema, pattern: caseInsensitive(requirement.source) };
  }
  // The closest rule that JSON Schema has: a string never has more characters than bytes.
  if (valibotAction.type === "max_bytes" && typeof requirement === "number") {
    return { ...jsonSchema, maxLength: requirement };
  }
  return undefined;
};

/** An equivalent schema that is shorter: adds the type of a constant, merges alternatives that are only types. */
const simplify = ({ anyOf, properties, required, ...rest }: JsonSchema): JsonSchema => {
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

const discriminatorOf = (schema: object) =>
  "type" in schema && schema.type === "variant" && "key" in schema
    ? { discriminator: { propertyName: schema.key } }
    : {};

/**
 * The JSON Schema of the values that a schema accepts, before any transformation. Checks that are code are omitted: the
 * descriptions state them. A variant keeps its key as `discriminator.propertyName`.
 * @throws Error for a schema that cannot be converted, so that the document never omits a rule silently.
 */
export const jsonSchemaOf = (schema: v.GenericSchema): JsonSchema => {
  const behindGuards = schemasBehindGuards(schema);
  const convertSchema: OverrideSchema = ({ valibotSchema, jsonSchema, errors }) => {
    const behind = behindGuards.get(valibotSchema);
    if (behind) return jsonSchemaOf(behind);
    const byInput = schemasByInput(valibotSchema);
    if (byInput) return { anyOf: byInput.map(jsonSchemaOf) };
    return errors ? undefined : { ...simplify(jsonSchema), ...discriminatorOf(valibotSchema) };
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
