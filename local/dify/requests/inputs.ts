import type { FormVariable, InputForm } from "../apps/input-form.ts";
import { isJsonObject, type JsonObject, type JsonValue } from "../json.ts";
import { pythonRepr } from "./python-repr.ts";

type Checked = { readonly problem: string } | { readonly value: JsonValue };

const bad = (variable: string, rule: string): Checked => ({ problem: `${variable} in input form ${rule}` });

const truths: readonly JsonValue[] = [true, 1, "true", "1", "yes", "on"];

const checkNumber = (variable: string, value: JsonValue): Checked => {
  if (typeof value === "number") return { value };
  if (typeof value !== "string") return bad(variable, "must be a valid number");
  if (value.trim() === "") return { value: null };
  const number = Number(value);
  return Number.isNaN(number) ? bad(variable, "must be a valid number") : { value: number };
};

const checkText = (
  { type, variable, max_length: limit }: Extract<FormVariable, { type: "text-input" | "paragraph" }>,
  value: JsonValue,
): Checked => {
  if (typeof value !== "string") {
    return { problem: `(type '${type}') ${variable} in input form must be a string` };
  }
  // Counted in code points.
  return limit !== undefined && [...value].length > limit
    ? bad(variable, `must be less than ${limit} characters`)
    : { value: value.replaceAll("\0", "") };
};

const checkGiven = (declared: FormVariable, value: JsonValue): Checked => {
  const { variable } = declared;
  switch (declared.type) {
    case "text-input":
    case "paragraph":
      return checkText(declared, value);
    case "number":
      return checkNumber(variable, value);
    case "select":
      if (typeof value !== "string") {
        return { problem: `(type 'select') ${variable} in input form must be a string` };
      }
      return declared.options.includes(value)
        ? { value }
        : bad(variable, `must be one of the following: ${pythonRepr(declared.options)}`);
    case "checkbox":
      return { value: truths.includes(typeof value === "string" ? value.toLowerCase() : value) };
    case "json_object":
      return isJsonObject(value) ? { value } : bad(variable, "must be a dict");
    case "file":
      return isJsonObject(value) ? { value } : bad(variable, "must be a file");
    case "file-list":
      return Array.isArray(value) && value.every(isJsonObject)
        ? { value }
        : bad(variable, "must be a list of files");
  }
};

export type CheckedInputs =
  | { readonly kind: "good"; readonly inputs: JsonObject }
  | { readonly kind: "bad"; readonly problem: string };

/** A6: undeclared inputs are dropped, declared ones checked; an app without a form takes all. */
export const checkInputs = (form: InputForm | undefined, given: JsonObject): CheckedInputs => {
  if (form === undefined) return { kind: "good", inputs: given };
  const inputs: Record<string, JsonValue> = {};
  for (const declared of form) {
    const value = given[declared.variable] ?? null;
    if (value === null && declared.required) {
      return { kind: "bad", problem: `${declared.variable} is required in input form` };
    }
    const checked = value === null ? { value: declared.default ?? null } : checkGiven(declared, value);
    if ("problem" in checked) return { kind: "bad", problem: checked.problem };
    inputs[declared.variable] = checked.value;
  }
  return { kind: "good", inputs };
};
