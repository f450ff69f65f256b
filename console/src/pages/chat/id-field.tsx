import { useSignal } from "@preact/signals";
import { useId } from "preact/hooks";

interface IdFieldProps {
  readonly label: string;
  readonly value: string;
  readonly disabled?: boolean;
  readonly onChange: (value: string) => void;
}

/** A user's or group's id. It takes effect once the field is left. */
export const IdField = ({ label, value, disabled = false, onChange }: IdFieldProps) => {
  const id = useId();
  /** What has been typed and has not taken effect yet. Another render of the page keeps it. */
  const draft = useSignal<string | undefined>(undefined);
  return (
    <span class="labelled">
      <label for={id}>{label}</label>
      <input
        id={id}
        value={draft.value ?? value}
        disabled={disabled}
        required
        maxLength={64}
        autocomplete="off"
        spellcheck={false}
        onInput={({ currentTarget }) => {
          draft.value = currentTarget.value;
        }}
        onChange={({ currentTarget }) => {
          const given = currentTarget.value.trim();
          draft.value = undefined;
          if (given !== "") onChange(given);
        }}
      />
    </span>
  );
};
