import { fieldPath } from "#adapters/api-gateway/field-path.ts";
import { number } from "../../../text/language.ts";
import { Field as LabelledField } from "../../../ui/field.tsx";
import { botsTexts } from "../texts.ts";
import { CheckControl } from "./check-control.tsx";
import { type Draft, textOf } from "./draft.ts";
import { type Path, useFault } from "./fault-context.ts";
import type { ChoiceField, Field, NumberField, TextField } from "./field.ts";
import { labelOf } from "./field-texts.ts";
import { Hint } from "./hint.tsx";
import { ListControl } from "./list-control.tsx";
import { ObjectControl } from "./object-control.tsx";
import { PairsControl } from "./pairs-control.tsx";

export interface ControlProps<F extends Field = Field> {
  readonly field: F;
  readonly path: Path;
  readonly draft: Draft;
  readonly onChange: (draft: Draft) => void;
}

/** Longer texts get several lines. */
const maxLineCharacters = 512;

const TextControl = ({ field, path, draft, onChange }: ControlProps<TextField>) => {
  const isLong = !field.isUrl && field.maxLength !== undefined && field.maxLength > maxLineCharacters;
  return (
    <LabelledField
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
    </LabelledField>
  );
};

const NumberControl = ({ field, path, draft, onChange }: ControlProps<NumberField>) => {
  const format = number.value;
  const { min, max } = field;
  const hasRange = min !== undefined && max !== undefined;
  return (
    <LabelledField
      label={labelOf(field)}
      hint={<Hint field={field}>{hasRange && botsTexts.value.range(format(min), format(max))}</Hint>}
      error={useFault(path)}
      required={field.isRequired}
    >
      {(control) => (
        <input
          {...control}
          data-path={fieldPath(path)}
          class="bots-number"
          inputMode="numeric"
          autocomplete="off"
          value={textOf(draft)}
          placeholder={field.default === undefined ? undefined : String(field.default)}
          onInput={({ currentTarget }) => onChange(currentTarget.value)}
        />
      )}
    </LabelledField>
  );
};

const ChoiceControl = ({ field, path, draft, onChange }: ControlProps<ChoiceField>) => {
  const chosen = draft === undefined ? field.default : draft;
  return (
    <LabelledField label={labelOf(field)} hint={<Hint field={field} />} error={useFault(path)}>
      {(control) => (
        <select
          {...control}
          data-path={fieldPath(path)}
          value={String(chosen)}
          onChange={({ currentTarget }) => onChange(currentTarget.value)}
        >
          {field.options.map((option) => (
            <option key={option} value={option}>
              {option}
            </option>
          ))}
        </select>
      )}
    </LabelledField>
  );
};

/** The control for a field, whatever its kind. */
export const FieldControl = ({ field, ...rest }: ControlProps) => {
  switch (field.kind) {
    case "text":
      return <TextControl field={field} {...rest} />;
    case "number":
      return <NumberControl field={field} {...rest} />;
    case "boolean":
      return <CheckControl field={field} {...rest} />;
    case "choice":
      return <ChoiceControl field={field} {...rest} />;
    case "list":
      return <ListControl field={field} {...rest} />;
    case "pairs":
      return <PairsControl field={field} {...rest} />;
    case "object":
      return <ObjectControl field={field} {...rest} />;
  }
};
