import * as v from "valibot";

export type JsonValue = string | number | boolean | null | readonly JsonValue[] | JsonObject;

export interface JsonObject {
  readonly [key: string]: JsonValue;
}

export const jsonValueSchema: v.GenericSchema<unknown, JsonValue> = v.lazy(() =>
  v.union([
    v.string(),
    v.number(),
    v.boolean(),
    v.null(),
    v.array(jsonValueSchema),
    v.record(v.string(), jsonValueSchema),
  ]),
);

const isJsonObject = (value: JsonValue | undefined): value is JsonObject =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** The value if it is an object, else an empty object. */
export const asObject = (value: JsonValue | undefined): JsonObject => (isJsonObject(value) ? value : {});

/** The object without undefined values and without the given keys. */
export const defined = (
  object: Readonly<Record<string, JsonValue | undefined>>,
  ...without: readonly string[]
): JsonObject => {
  const entries = Object.entries(object).filter(([key]) => !without.includes(key));
  return Object.fromEntries(entries.flatMap(([key, value]) => (value === undefined ? [] : [[key, value]])));
};

/** Undefined if the text is not JSON. */
export const parseJson = (text: string): JsonValue | undefined => {
  try {
    return v.parse(jsonValueSchema, JSON.parse(text));
  } catch {
    return undefined;
  }
};
