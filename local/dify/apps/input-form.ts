import * as v from "valibot";
import { type JsonValue, jsonValueSchema } from "../json.ts";

const common = {
  variable: v.pipe(v.string(), v.minLength(1)),
  label: v.optional(v.string()),
  required: v.optional(v.boolean(), false),
  default: v.optional(jsonValueSchema),
};

const maxLength = v.optional(v.pipe(v.number(), v.integer(), v.minValue(1)));

/** One declared variable of an app's start form. */
export const formVariableSchema = v.variant("type", [
  v.strictObject({ type: v.literal("text-input"), ...common, max_length: maxLength }),
  v.strictObject({ type: v.literal("paragraph"), ...common, max_length: maxLength }),
  v.strictObject({ type: v.literal("number"), ...common }),
  v.strictObject({ type: v.literal("select"), ...common, options: v.array(v.string()) }),
  v.strictObject({ type: v.literal("checkbox"), ...common }),
  v.strictObject({ type: v.literal("json_object"), ...common }),
  v.strictObject({ type: v.literal("file"), ...common }),
  v.strictObject({ type: v.literal("file-list"), ...common }),
]);

export type FormVariable = v.InferOutput<typeof formVariableSchema>;

export type InputForm = readonly FormVariable[];

/** A variable as GET /parameters shows it; a workflow's start node lists more than a chat app's form does. */
export const shownVariable = (variable: FormVariable, ofGraph: boolean): JsonValue => {
  const shown = {
    label: variable.label ?? variable.variable,
    variable: variable.variable,
    ...(ofGraph ? { type: variable.type } : {}),
    required: variable.required,
    ...("max_length" in variable && variable.max_length !== undefined
      ? { max_length: variable.max_length }
      : {}),
    ...(variable.default === undefined ? (ofGraph ? {} : { default: "" }) : { default: variable.default }),
    ...(variable.type === "select" ? { options: variable.options } : ofGraph ? { options: [] } : {}),
  };
  return { [variable.type]: shown };
};
