import type { JsonSchema } from "@valibot/to-json-schema";

/** What a form needs to know of one value of a request, whatever its name. */
export type Field =
  | TextField
  | NumberField
  | BooleanField
  | ChoiceField
  | ListField
  | PairsField
  | ObjectField;

interface Described {
  /** The name in the API. */
  readonly name: string;
  readonly isRequired: boolean;
  /** In English, from the schema. */
  readonly description: string | undefined;
  /** What an omitted value means. */
  readonly default: unknown;
}

export interface TextField extends Described {
  readonly kind: "text";
  readonly maxLength: number | undefined;
  readonly isUrl: boolean;
}

export interface NumberField extends Described {
  readonly kind: "number";
  readonly min: number | undefined;
  readonly max: number | undefined;
}

export interface BooleanField extends Described {
  readonly kind: "boolean";
}

export interface ChoiceField extends Described {
  readonly kind: "choice";
  readonly options: readonly string[];
}

export interface ListField extends Described {
  readonly kind: "list";
  readonly maxEntries: number | undefined;
  /** The strings that it may have; undefined if any. */
  readonly options: readonly string[] | undefined;
}

/** An object of any keys, such as the metadata of a bot. */
export interface PairsField extends Described {
  readonly kind: "pairs";
  readonly maxPairs: number | undefined;
}

export interface ObjectField extends Described {
  readonly kind: "object";
  readonly fields: readonly Field[];
}

const isSchema = (schema: unknown): schema is JsonSchema => typeof schema === "object" && schema !== null;

const stringsIn = (values: readonly unknown[] | undefined): readonly string[] | undefined =>
  values?.filter((value) => typeof value === "string");

const listField = (common: Described, { items, maxItems }: JsonSchema): ListField => {
  if (!isSchema(items) || Array.isArray(items) || items.type !== "string")
    throw new Error(`${common.name}: no form field for an array of this type`);
  return { ...common, kind: "list", maxEntries: maxItems, options: stringsIn(items.enum) };
};

const objectField = (common: Described, schema: JsonSchema): PairsField | ObjectField =>
  schema.properties === undefined
    ? { ...common, kind: "pairs", maxPairs: schema.maxProperties }
    : { ...common, kind: "object", fields: fieldsOf(schema) };

const fieldOf = (name: string, schema: JsonSchema, isRequired: boolean): Field => {
  const common = { name, isRequired, description: schema.description, default: schema.default };
  if (schema.enum !== undefined) return { ...common, kind: "choice", options: stringsIn(schema.enum) ?? [] };
  switch (schema.type) {
    case "string":
      return { ...common, kind: "text", maxLength: schema.maxLength, isUrl: schema.format === "uri" };
    case "integer":
    case "number":
      return { ...common, kind: "number", min: schema.minimum, max: schema.maximum };
    case "boolean":
      return { ...common, kind: "boolean" };
    case "array":
      return listField(common, schema);
    case "object":
      return objectField(common, schema);
    default:
      throw new Error(`${name}: no form field for the type ${JSON.stringify(schema.type)}`);
  }
};

/**
 * Describes the fields of an object schema, so that a form shows what the server accepts, and a new option without a change here.
 * `except`: fields that the form has no control for.
 * @throws Error for a schema of another shape, such as an array of objects: a test fails before a form lacks it.
 */
export const fieldsOf = (
  { properties = {}, required = [] }: JsonSchema,
  except: readonly string[] = [],
): readonly Field[] =>
  Object.entries(properties).flatMap(([name, schema]) =>
    isSchema(schema) && !except.includes(name) ? [fieldOf(name, schema, required.includes(name))] : [],
  );
