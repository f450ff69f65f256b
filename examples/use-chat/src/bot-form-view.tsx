import type { FormField, FormInput } from "@bot-bridge/client";
import type { BotForm } from "@bot-bridge/client/ai-sdk";

export type Fill = (form: BotForm, action: string, inputs: NonNullable<FormInput["inputs"]>) => void;

const inputOf = ({ name, type }: FormField, data: FormData) => {
  const text = String(data.get(name) ?? "");
  if (type === "text" || type === "choice") return text;
  const file = { type: "document", url: text } as const;
  if (type === "file") return file;
  return text === "" ? [] : [file];
};

const Field = ({ field: { name, ...field } }: { readonly field: FormField }) => {
  const common = { name, "aria-label": name };
  if (field.type === "choice") {
    return (
      <select {...common}>
        {field.choices.map((choice) => (
          <option key={choice}>{choice}</option>
        ))}
      </select>
    );
  }
  if (field.type === "text") return <input {...common} required defaultValue={field.default} />;
  return <input {...common} type="url" required={field.type === "file"} />;
};

export const BotFormView = ({ form, fill }: { readonly form: BotForm; readonly fill: Fill }) => {
  const { text, fields, actions, filledIn } = form;
  const submit = (data: FormData): void => {
    const inputs = Object.fromEntries(fields.map((field) => [field.name, inputOf(field, data)]));
    fill(form, String(data.get("chosen")), inputs);
  };
  return (
    <form action={submit}>
      <p>{text}</p>
      <fieldset disabled={filledIn !== null}>
        {fields.map((field) => (
          <Field key={field.name} field={field} />
        ))}
        {actions.map(({ id, title }) => (
          <button key={id} name="chosen" value={id} type="submit" aria-pressed={filledIn?.action === id}>
            {title}
          </button>
        ))}
      </fieldset>
    </form>
  );
};
