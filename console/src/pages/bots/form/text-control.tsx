import { fieldPath } from "#core/shared/field-path.ts";
import { Field } from "../../../ui/field.tsx";
import type { ControlProps } from "./control-props.ts";
import { textOf } from "./draft.ts";
import { useFault } from "./fault-context.ts";
import type { TextField } from "./field.ts";
import { labelOf } from "./field-texts.ts";
import { Hint } from "./hint.tsx";

/** Longer texts get several lines. */
const maxLineCharacters = 512;

export const TextControl = ({ field, path, draft, onChange }: ControlProps<TextField>) => {
  const isLong = !field.isUrl && field.maxLength !== undefined && field.maxLength > maxLineCharacters;
  return (
    <Field
      label={labelOf(field)}
      hint={<Hint field={field} />}
      error={useFault(path)}
      required={field.isRequired}
    >
      {(control) =>
        isLong ? (
          <textarea
            {...control}
            data-path={fieldPath(path)}
            rows={3}
            value={textOf(draft)}
            onInput={({ currentTarget }) => onChange(currentTarget.value)}
          />
        ) : (
          <input
            {...control}
            data-path={fieldPath(path)}
            inputMode={field.isUrl ? "url" : "text"}
            autocomplete="off"
            spellcheck={!field.isUrl}
            value={textOf(draft)}
            onInput={({ currentTarget }) => onChange(currentTarget.value)}
          />
        )
      }
    </Field>
  );
};
