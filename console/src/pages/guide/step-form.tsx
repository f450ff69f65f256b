import { difyTypes } from "#core/bot/integration-types.ts";
import type { ControlProps } from "../../ui/field.tsx";
import { Field } from "../../ui/field.tsx";
import { fieldTexts } from "./field-texts.ts";
import { setValue, values } from "./guide-state.ts";
import { imHosts } from "./im-hosts.ts";
import { type FieldName, isSecret } from "./values.ts";

interface Choice {
  readonly value: string;
  readonly name: string;
}

const choicesOf = (name: FieldName): readonly Choice[] | undefined => {
  if (name === "difyType") return difyTypes.map((value) => ({ value, name: value }));
  const { places } = fieldTexts.value;
  if (name === "imHost")
    return imHosts.map(({ url, place }) => ({ value: url, name: `${places[place]} · ${url.slice(8)}` }));
  return undefined;
};

const isUrl = (name: FieldName): boolean => name.endsWith("Url");

const typeOf = (name: FieldName) => {
  if (isSecret(name)) return { type: "password" } as const;
  return isUrl(name) ? ({ type: "url" } as const) : ({ type: "text" } as const);
};

const placeholders: Partial<Record<FieldName, string>> = {
  webhookUrl: "https://",
  difyKey: "app-…",
};

const Control = ({ name, control }: { name: FieldName; control: ControlProps }) => {
  const value = values.value[name];
  const choices = choicesOf(name);
  if (choices)
    return (
      <select
        {...control}
        value={value}
        onChange={({ currentTarget }) => setValue(name, currentTarget.value)}
      >
        {choices.map((choice) => (
          <option key={choice.value} value={choice.value}>
            {choice.name}
          </option>
        ))}
      </select>
    );
  return (
    <input
      {...control}
      {...typeOf(name)}
      value={value}
      required
      autocomplete="off"
      spellcheck={false}
      dir="auto"
      placeholder={placeholders[name]}
      onInput={({ currentTarget }) => setValue(name, currentTarget.value)}
    />
  );
};

interface StepFieldsProps {
  readonly names: readonly FieldName[];
  /** What the bridge says about one of them. */
  readonly fault?: { readonly name: FieldName; readonly message: string } | undefined;
}

/** The values that a step sends, to edit. */
export const StepFields = ({ names, fault }: StepFieldsProps) => {
  const { fields } = fieldTexts.value;
  return (
    <div class="columns guide-fields">
      {names.map((name) => (
        <Field
          key={name}
          label={fields[name].label}
          {...(fields[name].hint !== undefined && { hint: fields[name].hint })}
          error={fault?.name === name ? fault.message : undefined}
        >
          {(control) => <Control name={name} control={control} />}
        </Field>
      ))}
    </div>
  );
};
