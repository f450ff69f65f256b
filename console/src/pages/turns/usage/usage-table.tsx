import { useSignal } from "@preact/signals";
import type { UsageGroup } from "#core/turn/story-usage.ts";
import { outcomeGroups } from "../../../outcome/outcome-group.ts";
import { downloadText } from "./download-text.ts";
import { GroupLink } from "./group-link.tsx";
import { amountText, measureName } from "./measure-text.ts";
import { nextSorting, type Sorting, sortRows } from "./sorting.ts";
import { usageCsv } from "./usage-csv.ts";
import { amountOf, currenciesOf, type Measure, priceMeasure, sumOf, type UsageRow } from "./usage-data.ts";
import { usageTexts } from "./usage-texts.ts";

interface UsageTableProps {
  readonly by: UsageGroup;
  readonly rows: readonly UsageRow[];
}

interface HeadProps {
  readonly name: string;
  readonly sorting: Sorting;
  readonly column: Sorting["by"];
  readonly onSort: (sorting: Sorting) => void;
}

const marks = { ascending: "▲", descending: "▼" } as const;

const Head = ({ name, sorting, column, onSort }: HeadProps) => {
  const isSorted = sorting.by === column;
  return (
    <th
      scope="col"
      class={column === "group" ? undefined : "turns-number"}
      aria-sort={isSorted ? sorting.direction : "none"}
    >
      <button type="button" class="turns-sort" onClick={() => onSort(nextSorting(sorting, column))}>
        {name}
        <span class="turns-sorted" aria-hidden="true">
          {" "}
          {isSorted ? marks[sorting.direction] : ""}
        </span>
      </button>
    </th>
  );
};

/** The numbers behind the charts. */
export const UsageTable = ({ by, rows }: UsageTableProps) => {
  const texts = usageTexts.value;
  const sorting = useSignal<Sorting>(
    by === "day" ? { by: "group", direction: "descending" } : { by: "turns", direction: "descending" },
  );
  const measures: readonly Measure[] = [
    "turns",
    ...outcomeGroups,
    "promptTokens",
    "completionTokens",
    "totalTokens",
    ...currenciesOf(rows).map(priceMeasure),
  ];
  const total = sumOf(texts.total, rows);
  const onSort = (next: Sorting): void => {
    sorting.value = next;
  };
  const amounts = (row: UsageRow) =>
    measures.map((measure) => (
      <td key={measure} class="turns-number">
        {amountText(measure, amountOf(row, measure))}
      </td>
    ));
  return (
    <section class="card" aria-labelledby="turns-numbers">
      <div class="row turns-spread">
        <h2 id="turns-numbers">{texts.table}</h2>
        <button type="button" onClick={() => downloadText(`usage-by-${by}.csv`, usageCsv(by, rows))}>
          {texts.download}
        </button>
      </div>
      <div class="scroll">
        <table>
          <caption class="visually-hidden">{texts.tableCaption}</caption>
          <thead>
            <tr>
              <Head name={texts.groups[by]} column="group" sorting={sorting.value} onSort={onSort} />
              {measures.map((measure) => (
                <Head
                  key={measure}
                  name={measureName(measure)}
                  column={measure}
                  sorting={sorting.value}
                  onSort={onSort}
                />
              ))}
            </tr>
          </thead>
          <tbody>
            {sortRows(rows, sorting.value).map((row) => (
              <tr key={row.group}>
                <th scope="row">
                  <GroupLink by={by} group={row.group} />
                </th>
                {amounts(row)}
              </tr>
            ))}
          </tbody>
          <tfoot>
            <tr>
              <th scope="row">{total.group}</th>
              {amounts(total)}
            </tr>
          </tfoot>
        </table>
      </div>
    </section>
  );
};
