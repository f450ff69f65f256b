import * as v from "valibot";
import { isSchema } from "../../openapi/guards.ts";
import { jsonSchemaOf } from "../../openapi/json-schema.ts";
import { inlineCode } from "./inline-code.ts";
import { typeText } from "./type-text.ts";

const optionalField = v.looseObject({
  type: v.picklist(["optional", "exact_optional"]),
  wrapped: v.custom<v.GenericSchema>(isSchema),
});

const fieldMetadata = v.object({
  description: v.optional(v.string()),
  default: v.optional(v.unknown()),
  whenOmitted: v.optional(v.string()),
});

/** Undefined for an optional field without a default. */
const defaultText = (
  schema: v.GenericSchema,
  metadata: v.InferOutput<typeof fieldMetadata>,
): string | undefined => {
  if (!v.is(optionalField, schema)) return "required";
  if (metadata.whenOmitted !== undefined) return metadata.whenOmitted;
  const value = v.getDefault(schema) ?? metadata.default;
  return value === undefined ? undefined : inlineCode(value);
};

interface Row {
  readonly name: string;
  readonly default: string | undefined;
  readonly type: string;
  readonly meaning: string;
}

const rowOf = ([name, schema]: readonly [string, v.GenericSchema]): Row => {
  const inner = v.is(optionalField, schema) ? schema.wrapped : schema;
  const metadata = v.parse(fieldMetadata, v.getMetadata(inner));
  const meaning = v.getDescription(inner) ?? metadata.description;
  if (meaning === undefined) throw new Error(`${name} has no description`);
  return {
    name: inlineCode(name),
    default: defaultText(schema, metadata),
    type: typeText(jsonSchemaOf(inner)),
    meaning,
  };
};

const lineOf = (cells: readonly string[]): string =>
  `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`;

/**
 * A Markdown table of the fields of an object schema: name, default if any has one, type and bounds, description.
 * @throws Error for a field without a description.
 */
export const fieldTable = (heading: string, entries: Readonly<Record<string, v.GenericSchema>>): string => {
  const rows = Object.entries(entries).map(rowOf);
  const showsDefaults = rows.some((row) => row.default !== undefined);
  const cellsOf = (row: Row): string[] => [
    row.name,
    ...(showsDefaults ? [row.default ?? "–"] : []),
    row.type,
    row.meaning,
  ];
  const head = cellsOf({ name: heading, default: "default", type: "type and bounds", meaning: "meaning" });
  return [lineOf(head), `|${"---|".repeat(head.length)}`, ...rows.map((row) => lineOf(cellsOf(row)))].join(
    "\n",
  );
};
