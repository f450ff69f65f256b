import "uplot/dist/uPlot.min.css";
import { colourTokens, outcomeGroups } from "../../../outcome/outcome-group.ts";
import { turnsTexts } from "../texts.ts";
import { DayChart, type Layer } from "./day-chart.tsx";
import { withEmptyDays } from "./days.ts";
import { amountOf, currenciesOf, priceMeasure, type UsageRow } from "./usage-data.ts";
import { usageTexts } from "./usage-texts.ts";

/** Turns, tokens and prices by day. */
export const DayCharts = ({ rows }: { readonly rows: readonly UsageRow[] }) => {
  const texts = usageTexts.value;
  const { groups, groupMeanings } = turnsTexts.value;
  const days = withEmptyDays(rows);
  const turns: readonly Layer[] = outcomeGroups.map((group) => ({
    name: groups[group],
    hint: groupMeanings[group],
    token: colourTokens[group],
    measure: group,
  }));
  const tokens: readonly Layer[] = [
    { name: texts.measures.promptTokens, token: "--accent", measure: "promptTokens" },
    { name: texts.measures.completionTokens, token: "--quiet", measure: "completionTokens" },
  ];
  return (
    <section class="turns-charts" aria-label={texts.charts}>
      <DayChart title={texts.turnsChart} days={days} layers={turns} isWhole />
      <DayChart title={texts.tokensChart} days={days} layers={tokens} isWhole />
      {currenciesOf(rows)
        .filter((currency) => days.some((day) => amountOf(day, priceMeasure(currency)) > 0))
        .map((currency) => (
          <DayChart
            key={currency}
            title={texts.priceChart(currency)}
            days={days}
            layers={[{ name: texts.total, token: "--accent", measure: priceMeasure(currency) }]}
          />
        ))}
    </section>
  );
};
