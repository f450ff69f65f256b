import { type UsageGroup, usageGroups } from "#core/turn/story-usage.ts";
import { hrefOf } from "../../../address.ts";
import { chosenApp } from "../../../chosen-app.ts";
import { goTo, route } from "../../../route.ts";
import { Field } from "../../../ui/field.tsx";
import { RangeFields } from "../range-fields.tsx";
import { isInOrder, rangeParameters, readRange, type TimeRange } from "../time-range.ts";
import { CountedUsage } from "./counted-usage.tsx";
import { usageTexts } from "./usage-texts.ts";
import "./usage.css";

interface Shown {
  readonly by: UsageGroup;
  readonly range: TimeRange;
}

const readShown = (query: URLSearchParams): Shown => {
  const by = query.get("by");
  return { by: usageGroups.find((group) => group === by) ?? "day", range: readRange(query) };
};

const hrefOfShown = ({ by, range }: Shown): string =>
  hrefOf("turns", undefined, {
    view: "usage",
    by: by === "day" ? undefined : by,
    ...rangeParameters(range),
  });

const UsageForm = ({ shown }: { readonly shown: Shown }) => {
  const texts = usageTexts.value;
  return (
    <form class="card turns-filter" aria-label={texts.form} onSubmit={(event) => event.preventDefault()}>
      <Field label={texts.by}>
        {(control) => (
          <select
            {...control}
            value={shown.by}
            onChange={({ currentTarget }) => {
              const by = usageGroups[currentTarget.selectedIndex];
              if (by !== undefined) goTo(hrefOfShown({ ...shown, by }));
            }}
          >
            {usageGroups.map((group) => (
              <option key={group} value={group}>
                {texts.groups[group]}
              </option>
            ))}
          </select>
        )}
      </Field>
      <RangeFields range={shown.range} onChange={(range) => goTo(hrefOfShown({ ...shown, range }))} />
    </form>
  );
};

/** Turns, tokens and prices by what the address says. */
export const Usage = () => {
  const shown = readShown(route.value.query);
  return (
    <>
      <UsageForm shown={shown} />
      <p class="hint">{shown.by === "day" ? usageTexts.value.daysAreUtc : usageTexts.value.kept}</p>
      {isInOrder(shown.range) && (
        <CountedUsage key={`${chosenApp.value} ${route.value.query}`} by={shown.by} range={shown.range} />
      )}
    </>
  );
};
