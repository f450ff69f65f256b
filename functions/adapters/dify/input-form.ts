import * as v from "valibot";
import { lenient, lenientList } from "#adapters/model-api/lenient.ts";
import type { InputFault } from "#core/bot/integration-report.ts";

/** A variable that an app declares. Each entry of `user_input_form` contains one, under the name of its type. */
const inputField = v.pipe(
  v.record(v.string(), v.unknown()),
  v.transform((entry) => {
    const [[type, field] = []] = Object.entries(entry);
    return { type, field };
  }),
  v.object({
    type: v.string(),
    field: v.object({
      variable: v.pipe(v.string(), v.regex(/^[\w-]{1,64}$/)),
      label: lenient(v.string()),
      required: lenient(v.boolean()),
      max_length: lenient(v.number()),
      options: lenientList(v.string()),
    }),
  }),
);
export type InputField = v.InferOutput<typeof inputField>;

const enabled = lenient(v.object({ enabled: lenient(v.boolean()) }));

/** What an app accepts (`GET /parameters`). */
export const appParameters = v.object({
  user_input_form: lenientList(inputField),
  file_upload: lenient(
    v.object({
      enabled: lenient(v.boolean()),
      // Until 1.x only images: `{"image":{"enabled":…}}`.
      image: enabled,
      allowed_file_types: lenientList(v.string()),
      number_limits: lenient(v.number()),
    }),
  ),
});
export type AppParameters = v.InferOutput<typeof appParameters>;

export const acceptsFiles = ({ file_upload: upload }: AppParameters): boolean =>
  upload === undefined || upload.enabled === true || upload.image?.enabled === true;

/** The most characters that a text may have; undefined if any number. */
export const maxLengthOf = ({ type, field }: InputField): number | undefined => {
  const isText = type === "text-input" || type === "paragraph";
  return isText && field.max_length !== undefined && field.max_length > 0 ? field.max_length : undefined;
};

/** Why Dify would refuse a value, undefined for no value, by its own rules (docs/spec/dify.md, A6): an empty string is a value. */
export const inputFault = (
  input: InputField,
  value: string | undefined,
): Exclude<InputFault, "wrong_type"> | undefined => {
  const { required, options } = input.field;
  if (value === undefined) return required ? "missing" : undefined;
  const maxLength = maxLengthOf(input);
  if (maxLength !== undefined && [...value].length > maxLength) return "too_short";
  return input.type === "select" && value !== "" && !options.includes(value) ? "wrong_option" : undefined;
};
