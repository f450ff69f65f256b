import { chosenApp } from "../../../chosen-app.ts";
import { route } from "../../../route.ts";
import { isInOrder } from "../time-range.ts";
import { FilterForm } from "./filter-form.tsx";
import { ListedTurns } from "./listed-turns.tsx";
import { OutcomeMeanings } from "./outcome-meanings.tsx";
import { readFilter } from "./turn-filter.ts";
import "./list.css";

/** Turns by the filter in the address. */
export const TurnList = () => {
  const filter = readFilter(route.value.query);
  return (
    <>
      <FilterForm filter={filter} />
      {/* Another filter is another list: nothing of the one before is shown, or counts as seen. */}
      {isInOrder(filter.range) && (
        <ListedTurns key={`${chosenApp.value} ${route.value.query}`} filter={filter} />
      )}
      <OutcomeMeanings />
    </>
  );
};
