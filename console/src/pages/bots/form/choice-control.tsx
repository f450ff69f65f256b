import { fieldPath } from "#core/shared/field-path.ts";
import { Field } from "../../../ui/field.tsx";
import type { ControlProps } from "./control-props.ts";
import { useFault } from "./fault-context.ts";
import type { ChoiceField } from "./field.ts";
import { labelOf } from "./field-texts.ts";
import { Hint } from "./hint.tsx";

export const ChoiceControl = ({ field, path, draft, onChange }: ControlProps<ChoiceField>) => {
  const chosen = draft === undefined ? field.default : draft;
  return (
    <Field label={labelOf(field)} hint={<Hint field={field} />} error={useFault(path)}>
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
    </Field>
  );
};
