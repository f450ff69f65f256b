import { useId } from "preact/hooks";

interface SelectProps<T extends string> {
  readonly label: string;
  readonly value: T;
  readonly options: readonly T[];
  /** What is shown for an option; default: the option itself. */
  readonly nameOf?: (option: T) => string;
  readonly onChange: (option: T) => void;
  readonly disabled?: boolean;
}

export const Select = <T extends string>({
  label,
  value,
  options,
  nameOf = (option) => option,
  onChange,
  disabled = false,
}: SelectProps<T>) => {
  const id = useId();
  return (
    <span class="labelled">
      <label for={id}>{label}</label>
      <select
        id={id}
        value={value}
        disabled={disabled}
        onChange={({ currentTarget }) => {
          const chosen = options[currentTarget.selectedIndex];
          if (chosen !== undefined) onChange(chosen);
        }}
      >
        {options.map((option) => (
          <option key={option} value={option}>
            {nameOf(option)}
          </option>
        ))}
      </select>
    </span>
  );
};
