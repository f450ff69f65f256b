import type { ComponentChildren } from "preact";
import { useId } from "preact/hooks";
import { type Path, useFault } from "./fault-context.ts";
import type { Field } from "./field.ts";
import { labelOf } from "./field-texts.ts";
import { Hint } from "./hint.tsx";

interface GroupProps {
  readonly field: Field;
  readonly path: Path;
  readonly children: ComponentChildren;
}

/** Several controls that are one field, with its label, description and fault. */
export const Group = ({ field, path, children }: GroupProps) => {
  const id = useId();
  const error = useFault(path);
  return (
    <fieldset class="bots-group" aria-describedby={`${id}-hint`}>
      <legend>{labelOf(field)}</legend>
      <p id={`${id}-hint`} class="hint">
        {error !== undefined && <span class="error">{error} </span>}
        <Hint field={field} />
      </p>
      {children}
    </fieldset>
  );
};
