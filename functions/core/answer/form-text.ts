import { type FieldValues, type FormField, type InputForm, nextField } from "./pause.ts";
import { sentences } from "./sentences.ts";

const numbered = (entries: readonly string[]): string =>
  entries.map((entry, index) => `${index + 1}. ${entry}`).join("\n");

const fieldPrompt = (field: FormField): string => {
  const { name } = field;
  switch (field.type) {
    case "text":
      return field.default === ""
        ? sentences.textField(name)
        : `${sentences.textField(name)}\n${sentences.defaultText(field.default)}`;
    case "choice":
      return `${sentences.choiceField(name)}\n\n${numbered(field.choices)}`;
    case "file":
      return sentences.fileField(name);
    case "files":
      return sentences.filesField(name);
  }
};

/** Asks for the next value that a form needs, or for the action. */
export const formPrompt = (form: InputForm, values: FieldValues): string => {
  const field = nextField(form, values);
  return field
    ? fieldPrompt(field)
    : `${sentences.chooseAction}\n\n${numbered(form.actions.map(({ title }) => title))}`;
};

/** A form for a person who answers it by messages. */
export const formText = (form: InputForm): string =>
  [
    form.text.trim(),
    // Without fields, the prompt lists the actions.
    ...(form.fields.length > 0 ? [form.actions.map(({ title }) => `[${title}]`).join(" ")] : []),
    ...(form.fields.length > 1 ? [sentences.severalFields] : []),
    formPrompt(form, {}),
    sentences.otherQuestion,
  ]
    .filter((part) => part !== "")
    .join("\n\n");
