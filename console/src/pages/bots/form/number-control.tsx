import { fieldPath } from "#core/shared/field-path.ts";
import { number } from "../../../text/language.ts";
import { Field } from "../../../ui/field.tsx";
import { botsTexts } from "../texts.ts";
import type { ControlProps } from "./control-props.ts";
import { textOf } from "./draft.ts";
import { useFault } from "./fault-context.ts";
import type { NumberField } from "./field.ts";
import { labelOf } from "./field-texts.ts";
import { Hint } from "./hint.tsx";

export const NumberControl = ({ field, path, draft, onChange }: ControlProps<NumberField>) => {
  const format = number.value;
  const { min, max } = field;
  const hasRange = min !== undefined && max !== undefined;
  return (
    <Field
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
    </Field>
  );
};
