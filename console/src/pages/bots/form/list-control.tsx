import { botsTexts } from "../texts.ts";
import type { ControlProps } from "./control-props.ts";
import { hasDefaultEntries } from "./draft.ts";
import type { ListField } from "./field.ts";
import { Group } from "./group.tsx";
import { ListChoices } from "./list-choices.tsx";
import { ListEntries } from "./list-entries.tsx";

/** A default that is not empty: an empty list of one's own differs from it. */
const Default = ({ field, onChange }: Pick<ControlProps<ListField>, "field" | "onChange">) => {
  const texts = botsTexts.value;
  const entries = Array.isArray(field.default) ? field.default.map(String) : [];
  return (
    <div class="row">
      <span>{texts.defaultIs(entries.join(", "))}</span>
      <button type="button" class="quiet" onClick={() => onChange(entries)}>
        {texts.ownList}
      </button>
    </div>
  );
};

export const ListControl = (props: ControlProps<ListField>) => {
  const { field, path, draft, onChange } = props;
  const usesDefault = draft === undefined && hasDefaultEntries(field);
  return (
    <Group field={field} path={path}>
      {usesDefault ? (
        <Default field={field} onChange={onChange} />
      ) : field.options ? (
        <ListChoices {...props} />
      ) : (
        <ListEntries {...props} />
      )}
    </Group>
  );
};
