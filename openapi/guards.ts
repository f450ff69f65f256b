import type * as v from "valibot";

const isSchema = (value: unknown): value is v.GenericSchema =>
  typeof value === "object" && value !== null && "kind" in value && value.kind === "schema";

/** Where schemas keep those that they are made of. */
const places = ["entries", "options", "item", "wrapped", "key", "value"];

const schemasIn = (value: unknown): v.GenericSchema[] => {
  if (isSchema(value)) return [value];
  return typeof value === "object" && value !== null ? Object.values(value).filter(isSchema) : [];
};

const pipeOf = (schema: v.GenericSchema): v.GenericSchema[] =>
  "pipe" in schema ? schemasIn(schema.pipe) : [];

const partsOf = (schema: v.GenericSchema): v.GenericSchema[] => {
  if ("pipe" in schema) return pipeOf(schema);
  const held = new Map<string, unknown>(Object.entries(schema));
  return places.flatMap((place) => schemasIn(held.get(place)));
};

/**
 * For each `v.custom` that begins a pipe, the schema that follows it. The first is code, which looks at a value before
 * the other makes something of it; what the value may be is said by the other.
 */
export const schemasBehindGuards = (schema: v.GenericSchema): Map<unknown, v.GenericSchema> => {
  const ofParts = partsOf(schema).flatMap((part) => [...schemasBehindGuards(part)]);
  const [guard, behind] = pipeOf(schema);
  return new Map(guard?.type === "custom" && behind ? [[guard, behind], ...ofParts] : ofParts);
};
