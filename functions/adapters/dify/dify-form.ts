import * as v from "valibot";
import { lenient, lenientList } from "#adapters/model-api/lenient.ts";
import type { FormField, InputForm, Pause } from "#core/answer/pause.ts";

const text = v.string();

/** Defaults that are variables are in `resolved_default_values`. */
const constant = v.object({ type: v.literal("constant"), value: text });

const formInput = v.variant("type", [
  v.object({ type: v.literal("paragraph"), output_variable_name: text, default: lenient(constant) }),
  v.object({
    type: v.literal("select"),
    output_variable_name: text,
    option_source: v.object({ value: v.array(text) }),
  }),
  v.object({ type: v.literal("file"), output_variable_name: text }),
  v.object({ type: v.literal("file-list"), output_variable_name: text, number_limits: lenient(v.number()) }),
]);
type FormInput = v.InferOutput<typeof formInput>;

const fields = {
  form_id: lenient(text),
  form_content: v.fallback(v.optional(text, ""), ""),
  inputs: v.fallback(v.optional(v.array(v.unknown()), []), []),
  actions: lenientList(v.object({ id: text, title: text })),
  resolved_default_values: v.fallback(v.optional(v.record(text, v.unknown()), {}), {}),
  form_token: v.fallback(v.nullish(text), undefined),
  /** In seconds. */
  expiration_time: lenient(v.number()),
};

/** A form as events, replies and stored messages have it (docs/spec/dify.md, A9). The reasons of a pause have no `display_in_ui`. */
export const difyForm = v.object({ ...fields, display_in_ui: lenient(v.boolean()) });
export type DifyForm = v.InferOutput<typeof difyForm>;

/** Dify's default for files of one field. */
const defaultMaxFiles = 10;

const toField = (input: FormInput, defaults: DifyForm["resolved_default_values"]): FormField => {
  const name = input.output_variable_name;
  switch (input.type) {
    case "paragraph": {
      const resolved = defaults[name];
      return {
        type: "text",
        name,
        default: typeof resolved === "string" ? resolved : (input.default?.value ?? ""),
      };
    }
    case "select":
      return { type: "choice", name, choices: input.option_source.value };
    case "file":
      return { type: "file", name };
    case "file-list":
      return { type: "files", name, maxFiles: input.number_limits ?? defaultMaxFiles };
  }
};

const mark = /\{\{#\$output\.([\w-]{1,64})#\}\}/g;

/** Replaces Dify's marks for the places of fields: `[name]`, or `[name: choice / choice]`. */
const withoutMarks = (content: string, fields: readonly FormField[] = []): string => {
  const shown = (name: string): string => {
    const field = fields.find((each) => each.name === name);
    return field?.type === "choice" ? `[${name}: ${field.choices.join(" / ")}]` : `[${name}]`;
  };
  return content.replace(mark, (_, name: string) => shown(name)).trim();
};

const expiresAtOf = ({ expiration_time: seconds }: DifyForm) =>
  seconds === undefined ? {} : { expiresAt: seconds * 1000 };

/** In characters as JSON: a form is stored in the conversation's record until it is filled in. */
const maxFormLength = 32 * 1024;
const maxNoticeLength = 16 * 1024;

/** Whether a value can be stored by the field's name, and there is one. */
const isAnswerable = (field: FormField): boolean =>
  !(field.name in {}) && (field.type !== "choice" || field.choices.length > 0);

/**
 * The form, if this API accepts it: it has a token and is displayed in the web app, not only in e-mails. Undefined too if it is
 * too long, or has a field of an unknown type, since every field needs a value.
 */
const toInputForm = (form: DifyForm): InputForm | undefined => {
  const { form_id: id, form_token: token, display_in_ui: isDisplayed, actions } = form;
  const inputs = v.safeParse(v.array(formInput), form.inputs, { abortEarly: true });
  if (!inputs.success || id === undefined || !token || isDisplayed === false || actions.length === 0)
    return undefined;
  // Each mark in the content may stand for many choices.
  if (form.form_content.length + JSON.stringify(inputs.output).length > maxFormLength) return undefined;
  const fields = inputs.output.map((input) => toField(input, form.resolved_default_values));
  const text = withoutMarks(form.form_content, fields);
  const inputForm = { id, text, fields, actions, ...expiresAtOf(form) };
  const isTooLong = JSON.stringify(inputForm).length > maxFormLength;
  return fields.every(isAnswerable) && !isTooLong ? inputForm : undefined;
};

/** Whether Dify no longer accepts the form; it stays in the message after its time. */
export const isExpired = (
  { expiration_time: seconds = Number.POSITIVE_INFINITY }: DifyForm,
  now: number,
): boolean => seconds * 1000 <= now;

/** What a person is asked: the first form that the user may fill in, or else the text of one that somebody else gets. */
export const requestOf = (forms: readonly DifyForm[]): Pick<Pause, "form" | "notice"> => {
  const form = forms.map(toInputForm).find((each) => each !== undefined);
  if (form) return { form };
  const notice = forms.map(({ form_content }) => withoutMarks(form_content)).find((each) => each !== "");
  return notice === undefined ? {} : { notice: notice.slice(0, maxNoticeLength) };
};
