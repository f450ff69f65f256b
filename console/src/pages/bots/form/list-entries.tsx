import { fieldPath } from "#core/shared/field-path.ts";
import { botsTexts } from "../texts.ts";
import type { ControlProps } from "./control-props.ts";
import { hasDefaultEntries, listOf } from "./draft.ts";
import { EntryRow } from "./entry-row.tsx";
import { type Path, useFault } from "./fault-context.ts";
import type { ListField } from "./field.ts";
import { labelOf } from "./field-texts.ts";
import { useEntryFocus } from "./use-entry-focus.ts";

interface EntryProps {
  readonly label: string;
  readonly path: Path;
  readonly value: string;
  readonly onChange: (value: string) => void;
  readonly onRemove: () => void;
  readonly onEnter: () => void;
}

const Entry = ({ label, path, value, onChange, onRemove, onEnter }: EntryProps) => {
  const error = useFault(path);
  const errorId = `${fieldPath(path)}-error`;
  return (
    <EntryRow
      class="bots-entry"
      error={error}
      errorId={errorId}
      removeLabel={botsTexts.value.removeOf(label)}
      onRemove={onRemove}
    >
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
    </EntryRow>
  );
};

/** The strings of a list that are typed, one below the other. */
export const ListEntries = ({ field, path, draft, onChange }: ControlProps<ListField>) => {
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
