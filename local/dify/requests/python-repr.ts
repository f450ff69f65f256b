import { isJsonObject, type JsonValue } from "../json.ts";

const quoted = (text: string): string => {
  const escaped = text.replaceAll("\\", "\\\\").replaceAll("\n", "\\n");
  return escaped.includes("'") && !escaped.includes('"')
    ? `"${escaped}"`
    : `'${escaped.replaceAll("'", "\\'")}'`;
};

/** A value as Python's `repr` writes it: error messages quote some. */
export const pythonRepr = (value: JsonValue): string => {
  if (typeof value === "string") return quoted(value);
  if (value === null) return "None";
  if (typeof value === "boolean") return value ? "True" : "False";
  if (typeof value === "number") return String(value);
  if (isJsonObject(value)) {
    const entries = Object.entries(value).map(([key, entry]) => `${quoted(key)}: ${pythonRepr(entry)}`);
    return `{${entries.join(", ")}}`;
  }
  return `[${value.map(pythonRepr).join(", ")}]`;
};

export const pythonType = (value: JsonValue): string => {
  switch (typeof value) {
    case "string":
      return "str";
    case "boolean":
      return "bool";
    case "number":
      return Number.isInteger(value) ? "int" : "float";
    default:
      return value === null ? "NoneType" : isJsonObject(value) ? "dict" : "list";
  }
};
