import type * as v from "valibot";
import { eventTypes } from "#core/bot/event-type.ts";

/** One of each kind by which a `v.lazy` of ours chooses. */
const inputs: readonly unknown[] = eventTypes.map((type) => ({ type }));

const isLazy = (schema: v.GenericSchema): schema is v.LazySchema<v.GenericSchema> => schema.type === "lazy";

/** The schemas among which a `v.lazy` chooses by what it is given; undefined for any other schema. */
export const schemasByInput = (schema: v.GenericSchema): v.GenericSchema[] | undefined =>
  isLazy(schema) ? [...new Set(inputs.map((input) => schema.getter(input)))] : undefined;
