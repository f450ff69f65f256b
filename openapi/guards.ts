import type * as v from "valibot";

export const isSchema = (value: unknown): value is v.GenericSchema =>
  typeof value === "object" && value !== null && "kind" in value && value.kind === "schema";

/** The properties of schemas that contain other schemas. */
const schemaProperties = ["entries", "options", "item", "wrapped", "key", "value"];

const schemasIn = (value: unknown): v.GenericSchema[] => {
  if (isSchema(value)) return [value];
  return typeof value === "object" && value !== null ? Object.values(value).filter(isSchema) : [];
};

const pipeOf = (schema: v.GenericSchema): v.GenericSchema[] =>
  "pipe" in schema ? schemasIn(schema.pipe) : [];

const partsOf = (schema: v.GenericSchema): v.GenericSchema[] => {
  if ("pipe" in schema) return pipeOf(schema);
  const properties = new Map<string, unknown>(Object.entries(schema));
  return schemaProperties.flatMap((property) => schemasIn(properties.get(property)));
};

/**
 * For each `v.custom` that begins a pipe, the schema that follows it. The guard is code that checks a value before the
 * schema parses it; the schema describes the value.
 */
export const schemasBehindGuards = (schema: v.GenericSchema): Map<unknown, v.GenericSchema> => {
  const ofParts = partsOf(schema).flatMap((part) => [...schemasBehindGuards(part)]);
  const [guard, behind] = pipeOf(schema);
  return new Map(guard?.type === "custom" && behind ? [[guard, behind], ...ofParts] : ofParts);
};
