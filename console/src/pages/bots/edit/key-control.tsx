import { fieldPath } from "#core/shared/field-path.ts";
import { Field } from "../../../ui/field.tsx";
import type { ControlProps } from "../form/control-props.ts";
import { objectOf, textOf } from "../form/draft.ts";
import { useFault } from "../form/fault-context.ts";
import type { ObjectField } from "../form/field.ts";
import { labelOf } from "../form/field-texts.ts";
import { botsTexts } from "../texts.ts";

const keyName = "apiKey";

interface KeyControlProps extends ControlProps<ObjectField> {
  /** The stored key, if it is kept. */
  readonly mask: string | undefined;
}

/** A key is only ever replaced: the bridge does not show the stored one. */
export const KeyControl = ({ path, draft, onChange, mask }: KeyControlProps) => {
  const texts = botsTexts.value;
  const keyPath = [...path, keyName];
  const [keyFault, authFault] = [useFault(keyPath), useFault(path)];
  return (
    <Field
      label={labelOf({ name: keyName })}
      hint={mask === undefined ? texts.keyNew : texts.keyKept(mask)}
      error={keyFault ?? authFault}
      required={mask === undefined}
    >
      {(control) => (
        <input
          {...control}
          data-path={fieldPath(keyPath)}
          type="password"
          autocomplete="new-password"
          spellcheck={false}
          placeholder={mask}
          value={textOf(objectOf(draft)[keyName])}
          onInput={({ currentTarget }) => onChange({ [keyName]: currentTarget.value })}
        />
      )}
    </Field>
  );
};
