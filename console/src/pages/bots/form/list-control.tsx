import { fieldPath } from "#adapters/api-gateway/field-path.ts";
import { botsTexts } from "../texts.ts";
import { hasDefaultEntries, listOf } from "./draft.ts";
import { type Path, useFault } from "./fault-context.ts";
import type { ListField } from "./field.ts";
import type { ControlProps } from "./field-control.tsx";
import { labelOf } from "./field-texts.ts";
import { Group } from "./group.tsx";
import { useEntryFocus } from "./use-entry-focus.ts";

/** The strings of a list that has a few to choose from. */
const Choices = ({ field, path, draft, onChange }: ControlProps<ListField>) => {
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

interface EntryProps {
  readonly label: string;
  readonly path: Path;
  readonly value: string;
  readonly onChange: (value: string) => void;
  readonly onRemove: () => void;
  readonly onEnter: () => void;
}

const Entry = ({ label, path, value, onChange, onRemove, onEnter }: EntryProps) => {
  const texts = botsTexts.value;
  const error = useFault(path);
  const errorId = `${fieldPath(path)}-error`;
  return (
    <li>
      <div class="bots-entry">
        <input
          aria-label={label}
          aria-invalid={error !== undefined}
          aria-describedby={error === undefined ? undefined : errorId}
          data-path={fieldPath(path)}
          autocomplete="off"
          spellcheck={false}
          value={value}
          onInput={({ currentTarget }) => onChange(currentTarget.value)}
          onKeyDown={(event) => {
            if (event.key !== "Enter" || event.isComposing) return;
            event.preventDefault();
            onEnter();
          }}
        />
        <button type="button" class="quiet" aria-label={texts.removeOf(label)} onClick={onRemove}>
          {texts.remove}
        </button>
      </div>
      {error !== undefined && (
        <p id={errorId} class="error">
          {error}
        </p>
      )}
    </li>
  );
};

const Entries = ({ field, path, draft, onChange }: ControlProps<ListField>) => {
  const texts = botsTexts.value;
  const label = labelOf(field);
  const entries = listOf(draft);
  const element = useEntryFocus(entries.length);
  const add = (): void => onChange([...entries, ""]);
  const isFull = field.maxEntries !== undefined && entries.length >= field.maxEntries;
  return (
    <div ref={element} class="bots-list-editor">
      {entries.length > 0 && (
        <ul class="bots-entries">
          {entries.map((entry, at) => (
            <Entry
              key={at}
              label={texts.entry(label, at + 1)}
              path={[...path, at]}
              value={entry}
              onChange={(value) => onChange(entries.with(at, value))}
              onRemove={() => onChange(entries.toSpliced(at, 1))}
              onEnter={() => {
                if (!isFull) add();
              }}
            />
          ))}
        </ul>
      )}
      <div class="row">
        <button
          type="button"
          class="quiet"
          aria-label={texts.addEntryTo(label)}
          disabled={isFull}
          onClick={add}
        >
          {texts.addEntry}
        </button>
        {hasDefaultEntries(field) && (
          <button type="button" class="quiet" onClick={() => onChange(undefined)}>
            {texts.useDefault}
          </button>
        )}
      </div>
    </div>
  );
};

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
        <Choices {...props} />
      ) : (
        <Entries {...props} />
      )}
    </Group>
  );
};
