import { isJsonObject, type Json, type JsonObject } from "./json.ts";
import { type PropertyDescriptions, propertyDescriptions } from "./property-descriptions.ts";

/** Keywords whose schemas describe the same value or the items of an array. */
const transparent = ["anyOf", "oneOf", "allOf", "items"];

const keyOf = (schema: string, path: string): string => `${schema}#${path}`;

const descriptionByKey = new Map(
  propertyDescriptions.flatMap(({ schemas, properties }) =>
    schemas.flatMap((schema) =>
      Object.entries(properties).map(([path, description]) => [keyOf(schema, path), description] as const),
    ),
  ),
);

const isUsed = (used: ReadonlySet<string>, { schemas, properties }: PropertyDescriptions): boolean =>
  Object.keys(properties).every((path) => schemas.some((schema) => used.has(keyOf(schema, path))));

/**
 * Adds `propertyDescriptions` to the properties of named schemas that have neither a description nor a reference.
 * @throws Error for descriptions that no property needs.
 */
export const describeProperties = (schemas: JsonObject): JsonObject => {
  const used = new Set<string>();

  const describeProperty = (key: string, schema: Json): Json => {
    const description = descriptionByKey.get(key);
    if (description === undefined || !isJsonObject(schema)) return schema;
    if (schema.description !== undefined || schema.$ref !== undefined) return schema;
    used.add(key);
    return { ...schema, description };
  };

  const describeIn = (json: Json, name: string, path: readonly string[]): Json => {
    if (Array.isArray(json)) return json.map((each) => describeIn(each, name, path));
    if (!isJsonObject(json)) return json;
    const describeKeyword = (keyword: string, value: Json): Json => {
      if (transparent.includes(keyword)) return describeIn(value, name, path);
      if (keyword !== "properties" || !isJsonObject(value)) return value;
      return Object.fromEntries(
        Object.entries(value).map(([property, schema]) => {
          const inner = [...path, property];
          return [property, describeProperty(keyOf(name, inner.join(".")), describeIn(schema, name, inner))];
        }),
      );
    };
    return Object.fromEntries(
      Object.entries(json).map(([keyword, value]) => [keyword, describeKeyword(keyword, value)]),
    );
  };

  const described = Object.fromEntries(
    Object.entries(schemas).map(([name, schema]) => [name, describeIn(schema, name, [])]),
  );
  const unused = propertyDescriptions.filter((descriptions) => !isUsed(used, descriptions));
  if (unused.length > 0) throw new Error(`no property needs a description of ${JSON.stringify(unused)}`);
  return described;
};
