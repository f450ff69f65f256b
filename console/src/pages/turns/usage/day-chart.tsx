import { useSignal } from "@preact/signals";
import { useEffect, useId, useRef } from "preact/hooks";
import { language } from "../../../text/language.ts";
import { colourScheme } from "./colour-scheme.ts";
import { dayName } from "./day-name.ts";
import { drawDays } from "./draw-days.ts";
import { Legend } from "./legend.tsx";
import { amountText } from "./measure-text.ts";
import { amountOf, type Measure, sumOf, type UsageRow } from "./usage-data.ts";
import { usageTexts } from "./usage-texts.ts";

/** A part of each day's bar. */
export interface Layer {
  readonly name: string;
  readonly hint?: string;
  /** Its colour, a CSS token. */
  readonly token: string;
  readonly measure: Measure;
}

interface DayChartProps {
  readonly title: string;
  readonly days: readonly UsageRow[];
  /** From the bottom up. */
  readonly layers: readonly Layer[];
  /** Only whole numbers are marked on the axis. */
  readonly isWhole?: boolean;
}

/** Stacked bars by day. The legend has the amounts of the day under the pointer, otherwise those of all days. */
export const DayChart = ({ title, days, layers, isWhole = false }: DayChartProps) => {
  const titleId = useId();
  const canvas = useRef<HTMLDivElement>(null);
  const pointedAt = useSignal<number | undefined>(undefined);
  useEffect(() => {
    if (!canvas.current) return;
    return drawDays(canvas.current, {
      names: days.map(({ group }) => dayName.value(group)),
      layers: layers.map(({ token, measure }) => ({
        token,
        values: days.map((day) => amountOf(day, measure)),
      })),
      isWhole,
      formatNumber: (amount) => amountText(layers[0]?.measure ?? "turns", amount),
      onPoint: (index) => {
        pointedAt.value = index;
      },
    });
  }, [days, language.value, colourScheme.value]);

  const day = pointedAt.value === undefined ? undefined : days[pointedAt.value];
  const shown = day ? [day] : days;
  const parts = layers.map(({ measure, ...layer }) => ({
    ...layer,
    amount: amountText(measure, amountOf(sumOf("", shown), measure)),
  }));
  return (
    <figure class="card" aria-labelledby={titleId}>
      <figcaption class="row">
        <h2 id={titleId}>{title}</h2>
        <span class="hint">{day ? dayName.value(day.group) : usageTexts.value.total}</span>
      </figcaption>
      <Legend parts={parts} />
      {/* The table has the numbers for those who do not see it. */}
      <div ref={canvas} class="turns-canvas" aria-hidden="true" />
    </figure>
  );
};
