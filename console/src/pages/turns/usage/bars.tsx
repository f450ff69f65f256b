import { useSignal } from "@preact/signals";
import type { UsageGroup } from "#core/turn/story-usage.ts";
import { colourTokens, outcomeGroups } from "../../../outcome/outcome-group.ts";
import { Select } from "../../../ui/select.tsx";
import { turnsTexts } from "../texts.ts";
import { GroupLink } from "./group-link.tsx";
import { Legend } from "./legend.tsx";
import { amountText, measureName } from "./measure-text.ts";
import { sortRows } from "./sorting.ts";
import {
  amountOf,
  currenciesOf,
  type Measure,
  outcomeCounts,
  priceMeasure,
  sumOf,
  type UsageRow,
} from "./usage-data.ts";
import { usageTexts } from "./usage-texts.ts";

const maxBars = 20;

/** The parts of a row's bar: turns by outcome, and anything else as one. */
const partsOf = (row: UsageRow, measure: Measure) => {
  if (measure !== "turns") return [{ name: measure, token: "--accent", amount: amountOf(row, measure) }];
  const { groups, groupMeanings } = turnsTexts.value;
  const counts = outcomeCounts(row);
  return outcomeGroups.map((group) => ({
    name: groups[group],
    hint: groupMeanings[group],
    token: colourTokens[group],
    amount: counts[group],
  }));
};

interface BarProps {
  readonly by: UsageGroup;
  readonly row: UsageRow;
  readonly measure: Measure;
  /** The amount of a bar over the whole width. */
  readonly max: number;
}

const Bar = ({ by, row, measure, max }: BarProps) => (
  <li>
    <GroupLink by={by} group={row.group} />
    <span class="turns-track" aria-hidden="true">
      {partsOf(row, measure).map(({ name, token, amount }) => (
        <span
          key={name}
          style={{
            width: `${(100 * amount) / Math.max(max, Number.MIN_VALUE)}%`,
            background: `var(${token})`,
          }}
        />
      ))}
    </span>
    <span class="turns-number">{amountText(measure, amountOf(row, measure))}</span>
  </li>
);

interface BarsProps {
  readonly by: UsageGroup;
  readonly rows: readonly UsageRow[];
}

/** The groups with the most turns, tokens or costs. */
export const Bars = ({ by, rows }: BarsProps) => {
  const texts = usageTexts.value;
  const chosen = useSignal<Measure>("turns");
  const measures: readonly Measure[] = ["turns", "totalTokens", ...currenciesOf(rows).map(priceMeasure)];
  const measure = measures.includes(chosen.value) ? chosen.value : "turns";
  const sorted = sortRows(rows, { by: measure, direction: "descending" });
  const shown = sorted.slice(0, maxBars);
  const [first] = shown;
  return (
    <section class="card" aria-label={texts.charts}>
      <div class="row">
        <Select
          label={texts.measure}
          value={measure}
          options={measures}
          nameOf={measureName}
          onChange={(next) => {
            chosen.value = next;
          }}
        />
        {measure === "turns" && (
          <Legend
            parts={partsOf(sumOf("", rows), measure).map(({ amount, ...part }) => ({
              ...part,
              amount: amountText(measure, amount),
            }))}
          />
        )}
      </div>
      <ol class="turns-bars">
        {shown.map((row) => (
          <Bar
            key={row.group}
            by={by}
            row={row}
            measure={measure}
            max={first === undefined ? 0 : amountOf(first, measure)}
          />
        ))}
      </ol>
      {sorted.length > maxBars && <p class="hint">{texts.moreBars(sorted.length - maxBars)}</p>}
    </section>
  );
};
