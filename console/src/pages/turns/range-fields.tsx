import { Field } from "../../ui/field.tsx";
import { turnsTexts } from "./texts.ts";
import { isInOrder, rangeNames, type TimeRange, timeOf, toLocalInput } from "./time-range.ts";

interface RangeFieldsProps {
  readonly range: TimeRange;
  readonly onChange: (range: TimeRange) => void;
}

/** Chooses one of the usual ranges, or two times. */
export const RangeFields = ({ range, onChange }: RangeFieldsProps) => {
  const texts = turnsTexts.value;
  const choose = (index: number): void => {
    const name = rangeNames[index];
    if (name !== undefined) onChange({ name, since: undefined, until: undefined });
  };
  const timeField = (bound: "since" | "until", error?: string) => (
    <Field label={texts[bound]} error={error}>
      {(control) => (
        <input
          {...control}
          type="datetime-local"
          value={toLocalInput(range[bound])}
          onChange={({ currentTarget }) => onChange({ ...range, [bound]: timeOf(currentTarget.value) })}
        />
      )}
    </Field>
  );
  return (
    <>
      <Field label={texts.range}>
        {(control) => (
          <select
            {...control}
            value={range.name}
            onChange={({ currentTarget }) => choose(currentTarget.selectedIndex)}
          >
            {rangeNames.map((name) => (
              <option key={name} value={name}>
                {texts.ranges[name]}
              </option>
            ))}
          </select>
        )}
      </Field>
      {range.name === "own" && timeField("since")}
      {range.name === "own" && timeField("until", isInOrder(range) ? undefined : texts.untilBeforeSince)}
    </>
  );
};
