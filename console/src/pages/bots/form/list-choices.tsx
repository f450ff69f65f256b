import { fieldPath } from "#core/shared/field-path.ts";
import type { ControlProps } from "./control-props.ts";
import { listOf } from "./draft.ts";
import type { ListField } from "./field.ts";

/** The strings of a list that has a few to choose from. */
export const ListChoices = ({ field, path, draft, onChange }: ControlProps<ListField>) => {
  const chosen = listOf(draft);
  const toggle = (option: string): void => {
    const others = chosen.filter((each) => each !== option);
    const next = others.length < chosen.length ? others : [...chosen, option];
    onChange(field.options?.filter((each) => next.includes(each)));
  };
  return (
    <div class="bots-choices">
      {field.options?.map((option) => (
        <label key={option}>
          <input
            type="checkbox"
            data-path={fieldPath(path)}
            checked={chosen.includes(option)}
            onChange={() => toggle(option)}
          />{" "}
          <code>{option}</code>
        </label>
      ))}
    </div>
  );
};
