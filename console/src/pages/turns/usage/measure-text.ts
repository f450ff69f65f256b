import { number } from "../../../text/language.ts";
import { decimalText } from "../price-text.ts";
import { turnsTexts } from "../texts.ts";
import { isPrice, type Measure, priceCurrency } from "./usage-data.ts";
import { usageTexts } from "./usage-texts.ts";

/** The name of a measure in the chosen language. */
export const measureName = (measure: Measure): string => {
  const { measures, priceChart } = usageTexts.value;
  if (isPrice(measure)) return priceChart(priceCurrency(measure));
  switch (measure) {
    case "turns":
    case "promptTokens":
    case "completionTokens":
    case "totalTokens":
      return measures[measure];
    case "answered":
    case "other":
    case "failed":
    case "running":
      return turnsTexts.value.groups[measure];
  }
};

/** An amount in the chosen language. Prices are not rounded: a turn costs fractions of a cent. */
export const amountText = (measure: Measure, amount: number): string =>
  isPrice(measure) ? decimalText(amount) : number.value(amount);
