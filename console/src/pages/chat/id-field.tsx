import { useSignal } from "@preact/signals";
import { useEffect, useId } from "preact/hooks";

interface IdFieldProps {
  readonly label: string;
  readonly value: string;
  readonly disabled?: boolean;
  readonly onChange: (value: string) => void;
}

/** A user's or group's id. It takes effect once the field is left. */
export const IdField = ({ label, value, disabled = false, onChange }: IdFieldProps) => {
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
    </span>
  );
};
