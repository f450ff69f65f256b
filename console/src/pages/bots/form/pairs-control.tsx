import { fieldPath } from "#core/shared/field-path.ts";
import { botsTexts } from "../texts.ts";
import type { ControlProps } from "./control-props.ts";
import { type Pair, pairsOf } from "./draft.ts";
import { EntryRow } from "./entry-row.tsx";
import { type Path, useFault } from "./fault-context.ts";
import type { PairsField } from "./field.ts";
import { Group } from "./group.tsx";
import { useEntryFocus } from "./use-entry-focus.ts";

interface PairRowProps {
  readonly path: Path;
  readonly at: number;
  readonly pair: Pair;
  readonly onChange: (pair: Pair) => void;
  readonly onRemove: () => void;
}

const PairRow = ({ path, at, pair: [key, value], onChange, onRemove }: PairRowProps) => {
  const texts = botsTexts.value;
  const pairPath = [...path, key];
  const error = useFault(pairPath);
  const errorId = `${fieldPath(path)}-${at}-error`;
  const control = {
    "data-path": fieldPath(pairPath),
    "aria-invalid": error !== undefined,
    "aria-describedby": error === undefined ? undefined : errorId,
    autocomplete: "off",
    spellcheck: false,
  };
  return (
    <EntryRow
      class="bots-pair"
      error={error}
      errorId={errorId}
      removeLabel={texts.removePair(key, at + 1)}
      onRemove={onRemove}
    >
      <input
        {...control}
        aria-label={texts.pairKey(at + 1)}
        placeholder={texts.key}
        value={key}
        onInput={({ currentTarget }) => onChange([currentTarget.value, value])}
      />
      <input
        {...control}
        aria-label={texts.pairValue(key, at + 1)}
        placeholder={texts.value}
        value={value}
        onInput={({ currentTarget }) => onChange([key, currentTarget.value])}
      />
    </EntryRow>
  );
};

export const PairsControl = ({ field, path, draft, onChange }: ControlProps<PairsField>) => {
  const pairs = pairsOf(draft);
  const element = useEntryFocus(pairs.length);
  const isFull = field.maxPairs !== undefined && pairs.length >= field.maxPairs;
  return (
    <Group field={field} path={path}>
      <div ref={element} class="bots-list-editor">
        {pairs.length > 0 && (
          <ul class="bots-entries">
            {pairs.map((pair, at) => (
              <PairRow
                key={at}
                path={path}
                at={at}
                pair={pair}
                onChange={(changed) => onChange(pairs.with(at, changed))}
                onRemove={() => onChange(pairs.toSpliced(at, 1))}
              />
            ))}
          </ul>
        )}
        <div>
          <button
            type="button"
            class="quiet"
            disabled={isFull}
            onClick={() => onChange([...pairs, ["", ""]])}
          >
            {botsTexts.value.addPair}
          </button>
        </div>
      </div>
    </Group>
  );
};
