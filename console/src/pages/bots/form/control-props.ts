import type { Draft } from "./draft.ts";
import type { Path } from "./fault-context.ts";
import type { Field } from "./field.ts";

/** What every control of a form gets: its field, where the value is in the request, and the value as it is being typed. */
export interface ControlProps<F extends Field = Field> {
  readonly field: F;
  readonly path: Path;
  readonly draft: Draft;
  readonly onChange: (draft: Draft) => void;
}
