import { useSignal } from "@preact/signals";
import type { FormField, FormInput, InputForm, QuestionFile } from "../../../../client/src/index.ts";
import { Markdown } from "../../markdown/markdown.tsx";
import { dateTime } from "../../text/language.ts";
import { Field } from "../../ui/field.tsx";
import { chatTexts } from "./texts.ts";

type Values = Readonly<Record<string, string>>;

const initialValue = (field: FormField): string => {
  if (field.type === "text") return field.default;
  return field.type === "choice" ? (field.choices[0] ?? "") : "";
};

const fileAt = (url: string): QuestionFile => ({ type: "document", url: url.trim() });

/** What the bridge takes for a field. */
const fieldValue = (field: FormField, text: string): string | QuestionFile | readonly QuestionFile[] => {
  if (field.type === "file") return fileAt(text);
  if (field.type !== "files") return text;
  return text
    .split("\n")
    .filter((line) => line.trim() !== "")
    .map(fileAt);
};

interface FormFieldProps {
  readonly field: FormField;
  readonly value: string;
  readonly onInput: (value: string) => void;
}

const FormControl = ({ field, value, onInput }: FormFieldProps) => {
  const texts = chatTexts.value;
  switch (field.type) {
    case "choice":
      return (
        <Field label={field.name}>
          {(control) => (
            <select {...control} value={value} onChange={({ currentTarget }) => onInput(currentTarget.value)}>
              {field.choices.map((choice) => (
                <option key={choice}>{choice}</option>
              ))}
            </select>
          )}
        </Field>
      );
    case "file":
      return (
        <Field label={field.name} hint={texts.fileUrl} required>
          {(control) => (
            <input
              {...control}
              type="url"
              required
              value={value}
              onInput={({ currentTarget }) => onInput(currentTarget.value)}
            />
          )}
        </Field>
      );
    case "text":
    case "files":
      return (
        <Field label={field.name} hint={field.type === "files" ? texts.fileUrls(field.maxFiles) : undefined}>
          {(control) => (
            <textarea
              {...control}
              rows={2}
              value={value}
              onInput={({ currentTarget }) => onInput(currentTarget.value)}
            />
          )}
        </Field>
      );
  }
};

interface PausedFormProps {
  readonly form: InputForm;
  readonly disabled: boolean;
  readonly onSubmit: (input: FormInput) => void;
}

/** The form that a paused answer waits for. Each action is a button. */
export const PausedForm = ({ form, disabled, onSubmit }: PausedFormProps) => {
  const { fields, actions } = form;
  const values = useSignal<Values>(
    Object.fromEntries(fields.map((field) => [field.name, initialValue(field)])),
  );
  const submit = (event: SubmitEvent): void => {
    event.preventDefault();
    const action = event.submitter instanceof HTMLButtonElement ? event.submitter.value : actions[0]?.id;
    if (action === undefined) return;
    const inputs = Object.fromEntries(
      fields.map((field) => [field.name, fieldValue(field, values.value[field.name] ?? "")]),
    );
    onSubmit({ form: form.id, action, inputs });
  };
  return (
    <form class="chat-form" aria-label={chatTexts.value.form} onSubmit={submit}>
      <Markdown text={form.text} />
      {fields.map((field) => (
        <FormControl
          key={field.name}
          field={field}
          value={values.value[field.name] ?? ""}
          onInput={(value) => {
            values.value = { ...values.value, [field.name]: value };
          }}
        />
      ))}
      <div class="row">
        {actions.map(({ id, title }) => (
          <button key={id} type="submit" value={id} disabled={disabled}>
            {title}
          </button>
        ))}
        {form.expiresAt !== undefined && (
          <span class="hint">{chatTexts.value.expires(dateTime.value(form.expiresAt))}</span>
        )}
      </div>
    </form>
  );
};
