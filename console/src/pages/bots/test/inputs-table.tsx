import { number } from "../../../text/language.ts";
import type { Filler, InputRow } from "./input-rows.ts";
import { testTexts } from "./test-texts.ts";

const FillerCell = ({ filler }: { filler: Filler | undefined }) => {
  const texts = testTexts.value;
  switch (filler?.kind) {
    case undefined:
      return <>{texts.byNothing}</>;
    case "text":
      return <>{texts.byText}</>;
    case "event":
      return <code>{filler.path}</code>;
    case "pair":
      return (
        <span>
          {texts.metadata} <code>{filler.key}</code>
        </span>
      );
  }
};

interface RowProps {
  readonly row: InputRow;
  readonly onAdd: (key: string) => void;
}

const Status = ({ row: { fault, filler, key }, onAdd }: RowProps) => {
  const texts = testTexts.value;
  const isAddable = filler === undefined && key !== undefined;
  return (
    <div class="bots-input-status">
      {fault !== undefined ? (
        <span class="tag bad">{texts.inputFaults[fault]}</span>
      ) : (
        <span class={filler ? "tag good" : "tag"}>{filler ? texts.fine : texts.unused}</span>
      )}
      {isAddable && (
        <button type="button" class="quiet" aria-label={texts.addInput(key)} onClick={() => onAdd(key)}>
          {texts.addAsMetadata}
        </button>
      )}
    </div>
  );
};

const Row = ({ row, onAdd }: RowProps) => {
  const texts = testTexts.value;
  const { name, label, type, required, maxLength, filler } = row;
  return (
    <tr>
      <th scope="row">
        <code>{name}</code>
        {label !== "" && label !== name && <span class="hint"> {label}</span>}
      </th>
      <td data-label={texts.inputType}>
        {type}
        {required && `, ${texts.isRequired}`}
        {maxLength !== null && `, ${texts.upTo(number.value(maxLength))}`}
      </td>
      <td data-label={texts.filledBy}>
        <FillerCell filler={filler} />
      </td>
      <td data-label={texts.status}>
        <Status row={row} onAdd={onAdd} />
      </td>
    </tr>
  );
};

interface InputsTableProps {
  readonly rows: readonly InputRow[];
  /** Adds a metadata pair for an input that nothing fills. */
  readonly onAdd: (key: string) => void;
}

export const InputsTable = ({ rows, onAdd }: InputsTableProps) => {
  const texts = testTexts.value;
  if (rows.length === 0) return <p class="hint">{texts.noInputs}</p>;
  return (
    <div class="scroll">
      <table class="bots-inputs">
        <caption>{texts.inputs}</caption>
        <thead>
          <tr>
            <th scope="col">{texts.input}</th>
            <th scope="col">{texts.inputType}</th>
            <th scope="col">{texts.filledBy}</th>
            <th scope="col">{texts.status}</th>
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <Row key={row.name} row={row} onAdd={onAdd} />
          ))}
        </tbody>
      </table>
    </div>
  );
};
