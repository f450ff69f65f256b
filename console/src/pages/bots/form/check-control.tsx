import { useId } from "preact/hooks";
import { fieldPath } from "#core/shared/field-path.ts";
import type { ControlProps } from "./control-props.ts";
import { useFault } from "./fault-context.ts";
import type { BooleanField } from "./field.ts";
import { labelOf } from "./field-texts.ts";
import { Hint } from "./hint.tsx";

/** A box that is checked if the value is true, or omitted and true by default. */
export const CheckControl = ({ field, path, draft, onChange }: ControlProps<BooleanField>) => {
  const id = useId();
  const error = useFault(path);
  return (
    <div class="field bots-check">
      <input
        type="checkbox"
        id={id}
        data-path={fieldPath(path)}
        checked={(draft ?? field.default) === true}
        aria-describedby={`${id}-hint`}
        aria-invalid={error !== undefined}
        onChange={({ currentTarget }) => onChange(currentTarget.checked)}
      />
      <label for={id}>{labelOf(field)}</label>
      <p id={`${id}-hint`} class="hint">
        {error !== undefined && <span class="error">{error} </span>}
        <Hint field={field} />
      </p>
    </div>
  );
};
