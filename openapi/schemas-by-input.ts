import type * as v from "valibot";
import { eventTypes } from "#core/bot/event-type.ts";

/** One input for each case of a `v.lazy` in this project. */
const inputs: readonly unknown[] = [...eventTypes.map((type) => ({ type })), { id: "" }];

const isLazy = (schema: v.GenericSchema): schema is v.LazySchema<v.GenericSchema> => schema.type === "lazy";

/** The schemas that a `v.lazy` selects from, by its input; undefined for any other schema. */
export const schemasByInput = (schema: v.GenericSchema): v.GenericSchema[] | undefined =>
  isLazy(schema) ? [...new Set(inputs.map((input) => schema.getter(input)))] : undefined;
