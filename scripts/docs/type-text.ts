import type { JsonSchema } from "@valibot/to-json-schema";
import { inlineCode } from "./inline-code.ts";

/** "1–128", "at least 1" or "at most 128"; undefined where there is no bound. */
const rangeText = (min: number | undefined, max: number | undefined): string | undefined => {
  if (min !== undefined && max !== undefined) return `${min}–${max}`;
  if (min !== undefined) return `at least ${min}`;
  return max === undefined ? undefined : `at most ${max}`;
};

const withBounds = (type: string, bounds: string | undefined): string =>
  bounds === undefined ? type : `${type} (${bounds})`;

const formats: Readonly<Record<string, string>> = { uri: "URL", email: "email address" };

const stringText = ({ format, pattern, minLength, maxLength }: JsonSchema): string => {
  if (format !== undefined) return formats[format] ?? format;
  if (pattern !== undefined) throw new Error(`a string with the pattern ${pattern} needs a title`);
  if (minLength === 1 && maxLength === undefined) return "string (not empty)";
  const range = rangeText(minLength, maxLength);
  return withBounds("string", range && `${range} characters`);
};

const arrayText = ({ items, maxItems }: JsonSchema): string => {
  if (typeof items !== "object" || Array.isArray(items)) throw new Error("no text for a tuple");
  const array = `array of ${typeText(items)}`;
  return maxItems === undefined ? array : `${array}, at most ${maxItems} items`;
};

/** Properties of the same type share one line. Those with descriptions are only named: they have a table of their own. */
const objectText = ({ properties = {} }: JsonSchema): string => {
  const schemas = Object.entries(properties).filter(
    (property): property is [string, JsonSchema] => typeof property[1] === "object",
  );
  if (schemas.some(([, { description }]) => description !== undefined))
    return `object with ${schemas.map(([name]) => inlineCode(name)).join(", ")}`;
  const lines = [...Map.groupBy(schemas, ([, schema]) => typeText(schema))].map(
    ([type, same]) => `${same.map(([name]) => inlineCode(name)).join(", ")}: ${type}`,
  );
  return ["object:", ...lines].join("<br>");
};

/**
 * The type and bounds of a field for readers, such as "integer (1–1000)". A `title` replaces what a pattern or a check cannot say.
 * @throws Error for a schema that it cannot describe: the page must not show a wrong rule.
 */
export const typeText = (schema: JsonSchema): string => {
  const { title, anyOf, type } = schema;
  if (title !== undefined) return title;
  if (anyOf !== undefined) {
    // Environment variables may be empty; the page says so once, for all of them.
    const [only, ...others] = anyOf.filter((option) => typeof option === "object" && option.const !== "");
    if (typeof only === "object" && others.length === 0) return typeText(only);
  }
  if (schema.enum !== undefined) return schema.enum.map(inlineCode).join(", ");
  if (type === "boolean") return type;
  if (type === "integer" || type === "number")
    return withBounds(type, rangeText(schema.minimum, schema.maximum));
  if (type === "string") return stringText(schema);
  if (type === "array") return arrayText(schema);
  if (type === "object") return objectText(schema);
  throw new Error(`no text for the type ${JSON.stringify(schema)}`);
};
