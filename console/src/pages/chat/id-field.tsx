import { useSignal } from "@preact/signals";
import { useEffect, useId } from "preact/hooks";

interface IdFieldProps {
  readonly label: string;
  readonly value: string;
  readonly suggestions?: readonly string[];
  readonly disabled?: boolean;
  readonly onChange: (value: string) => void;
}

/** A user's, bot's or group's id: typed, or chosen from those that are known. It takes effect once the field is left. */
export const IdField = ({ label, value, suggestions = [], disabled = false, onChange }: IdFieldProps) => {
  const id = useId();
  /** What is being typed, which must outlive what else happens on the page. */
  const draft = useSignal(value);
  useEffect(() => {
    draft.value = value;
  }, [value]);
  return (
    <span class="labelled">
      <label for={id}>{label}</label>
      <input
        id={id}
        list={`${id}-list`}
        value={draft.value}
        disabled={disabled}
        required
        maxLength={64}
        autocomplete="off"
        spellcheck={false}
        onInput={({ currentTarget }) => {
          draft.value = currentTarget.value;
        }}
        onChange={() => {
          const given = draft.value.trim();
          if (given === "") draft.value = value;
          else onChange(given);
        }}
      />
      <datalist id={`${id}-list`}>
        {suggestions.map((each) => (
          <option key={each} value={each} />
        ))}
      </datalist>
    </span>
  );
};
