import type * as v from "valibot";
import { jsonSchemaOf } from "./json-schema.ts";
import type { NamedSchema } from "./named-schema.ts";
import { namedSchemas } from "./named-schemas.ts";

const shapeOf = ({ schema }: NamedSchema): string => JSON.stringify(jsonSchemaOf(schema));

const nameByShape = new Map(Object.entries(namedSchemas).map(([name, named]) => [shapeOf(named), name]));

const referWithin = (json: unknown): unknown => {
  if (Array.isArray(json)) return json.map(refer);
  if (typeof json !== "object" || json === null) return json;
  return Object.fromEntries(Object.entries(json).map(([key, value]) => [key, refer(value)]));
};

const refer = (json: unknown): unknown => {
  const name = nameByShape.get(JSON.stringify(json));
  return name === undefined ? referWithin(json) : { $ref: `#/components/schemas/${name}` };
};

/**
 * A schema for a place in the document: a reference if it has a name, and references within it to those that have.
 * Schemas are matched by their content: each schema that holds integrations has its own copy of theirs.
 */
export const schemaOf = (schema: v.GenericSchema): unknown => refer(jsonSchemaOf(schema));

/** The named schemas themselves. */
export const schemaComponents = (): Record<string, unknown> =>
  Object.fromEntries(
    Object.entries(namedSchemas).map(([name, { schema, description }]) => [
      name,
      Object.assign({ description }, referWithin(jsonSchemaOf(schema))),
    ]),
  );
