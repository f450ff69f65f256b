import type * as v from "valibot";
import { describeProperties } from "./describe-properties.ts";
import { isJsonObject, type Json, type JsonObject, toJson } from "./json.ts";
import { jsonSchemaOf } from "./json-schema.ts";
import type { NamedSchema } from "./named-schema.ts";
import { namedSchemas } from "./named-schemas.ts";

const convert = (schema: v.GenericSchema): Json => toJson(jsonSchemaOf(schema));

const shapeOf = ({ schema }: NamedSchema): string => JSON.stringify(convert(schema));

const nameByShape = new Map(Object.entries(namedSchemas).map(([name, named]) => [shapeOf(named), name]));

const schemaPath = (name: string): string => `#/components/schemas/${name}`;

/** The values by which a variant selects this schema. */
const selectingValues = (schema: Json | undefined, key: string): readonly Json[] => {
  const property =
    isJsonObject(schema) && isJsonObject(schema.properties) ? schema.properties[key] : undefined;
  if (!isJsonObject(property)) return [];
  return Array.isArray(property.enum) ? property.enum : [property.const ?? null];
};

/** The schema for each value of the key. Generators need it, since the schemas are not named after the values. */
const mappingOf = ({ oneOf, discriminator }: JsonObject): Record<string, string> => {
  const key = isJsonObject(discriminator) ? discriminator.propertyName : undefined;
  if (!Array.isArray(oneOf) || typeof key !== "string") return {};
  return Object.fromEntries(
    oneOf.flatMap((option) => {
      const name = nameByShape.get(JSON.stringify(option));
      return name === undefined
        ? []
        : selectingValues(option, key).map((value) => [String(value), schemaPath(name)]);
    }),
  );
};

const referWithin = (json: Json): Json => {
  if (Array.isArray(json)) return json.map(refer);
  if (!isJsonObject(json)) return json;
  const referred = Object.fromEntries(Object.entries(json).map(([key, value]) => [key, refer(value)]));
  return isJsonObject(json.discriminator)
    ? { ...referred, discriminator: { ...json.discriminator, mapping: mappingOf(json) } }
    : referred;
};

/** A schema without its default and description, which belong to the property and not to its type. */
const withoutAnnotations = (json: Json): Json => {
  if (!isJsonObject(json)) return json;
  const { default: _default, description, ...shape } = json;
  return shape;
};

const annotationsOf = (json: Json): JsonObject => {
  if (!isJsonObject(json)) return {};
  const { default: fallback, description } = json;
  return {
    ...(fallback !== undefined && { default: fallback }),
    ...(description !== undefined && { description }),
  };
};

const refer = (json: Json): Json => {
  const exact = nameByShape.get(JSON.stringify(json));
  if (exact !== undefined) return { $ref: schemaPath(exact) };
  const name = nameByShape.get(JSON.stringify(withoutAnnotations(json)));
  return name === undefined ? referWithin(json) : { $ref: schemaPath(name), ...annotationsOf(json) };
};

/**
 * A schema for a place in the document: a reference if the schema is named; references within it to schemas that are.
 * Schemas match by content, since every schema that contains integrations has its own copy of theirs.
 */
export const schemaOf = (schema: v.GenericSchema): Json => refer(convert(schema));

/** The named schemas themselves. */
export const schemaComponents = (): JsonObject =>
  describeProperties(
    Object.fromEntries(
      Object.entries(namedSchemas).map(([name, { schema, description }]) => [
        name,
        Object.assign({ description }, referWithin(convert(schema))),
      ]),
    ),
  );
