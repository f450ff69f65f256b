import type { ControlProps } from "./control-props.ts";
import { objectOf } from "./draft.ts";
import type { ObjectField } from "./field.ts";
import { FieldControl } from "./field-control.tsx";
import { Group } from "./group.tsx";

export const ObjectControl = ({ field, path, draft, onChange }: ControlProps<ObjectField>) => {
  const object = objectOf(draft);
  return (
    <Group field={field} path={path}>
      <div class="bots-fields">
        {field.fields.map((each) => (
          <FieldControl
            key={each.name}
            field={each}
            path={[...path, each.name]}
            draft={object[each.name]}
            onChange={(value) => onChange({ ...object, [each.name]: value })}
          />
        ))}
      </div>
    </Group>
  );
};
