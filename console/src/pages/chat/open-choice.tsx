import { useSignal } from "@preact/signals";
import { Dialog } from "../../ui/dialog.tsx";
import { Field } from "../../ui/field.tsx";
import { Select } from "../../ui/select.tsx";

/** No option's value: those are entered in one line. */
const other = "\n";

export interface OtherTexts {
  readonly option: string;
  readonly title: string;
  readonly field: string;
  readonly hint?: string;
  readonly submit: string;
}

interface EnterOtherProps {
  readonly texts: OtherTexts;
  readonly onEnter: (value: string) => void;
  readonly onClose: () => void;
}

const EnterOther = ({ texts, onEnter, onClose }: EnterOtherProps) => {
  const { title, field, hint, submit } = texts;
  const value = useSignal("");
  return (
    <Dialog title={title} onClose={onClose}>
      <form
        class="chat-dialog"
        onSubmit={(event) => {
          event.preventDefault();
          onEnter(value.value.trim());
        }}
      >
        <Field label={field} required {...(hint !== undefined && { hint })}>
          {(control) => (
            <input
              {...control}
              required
              maxLength={64}
              pattern=".*\S.*"
              autocomplete="off"
              spellcheck={false}
              value={value.value}
              onInput={({ currentTarget }) => {
                value.value = currentTarget.value;
              }}
            />
          )}
        </Field>
        <button type="submit" class="primary">
          {submit}
        </button>
      </form>
    </Dialog>
  );
};

interface OpenChoiceProps {
  readonly label: string;
  readonly value: string;
  /** The known values; `value` need not be one of them. */
  readonly options: readonly string[];
  readonly nameOf?: (option: string) => string;
  readonly disabled?: boolean;
  readonly otherTexts: OtherTexts;
  readonly onChoose: (value: string) => void;
  /** Default: `onChoose`. */
  readonly onEnter?: (value: string) => void;
}

/** A choice of known values, or of another one that is entered. */
export const OpenChoice = ({
  label,
  value,
  options,
  nameOf = (option) => option,
  disabled = false,
  otherTexts,
  onChoose,
  onEnter = onChoose,
}: OpenChoiceProps) => {
  const isEntering = useSignal(false);
  return (
    <>
      <Select
        label={label}
        value={value}
        options={[...(options.includes(value) ? options : [...options, value]), other]}
        nameOf={(option) => (option === other ? otherTexts.option : nameOf(option))}
        disabled={disabled}
        onChange={(chosen) => {
          if (chosen === other) isEntering.value = true;
          else onChoose(chosen);
        }}
      />
      {isEntering.value && (
        <EnterOther
          texts={otherTexts}
          onClose={() => {
            isEntering.value = false;
          }}
          onEnter={(entered) => {
            isEntering.value = false;
            onEnter(entered);
          }}
        />
      )}
    </>
  );
};
