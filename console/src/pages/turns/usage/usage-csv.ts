import { storyOutcomes } from "#core/turn/turn-story.ts";
import { currenciesOf, type UsageRow } from "./usage-data.ts";

/** A spreadsheet would run a cell that begins like this as a formula; groups are ids that others choose. */
const formula = /^[=+\-@\t\r]/;
const needsQuotes = /[",\r\n]/;

const textCell = (text: string): string => {
  const safe = formula.test(text) ? `'${text}` : text;
  return needsQuotes.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
};

const outcomesOf = (rows: readonly UsageRow[]): readonly string[] => {
  const used = new Set(rows.flatMap(({ outcomes }) => Object.keys(outcomes)));
  const known = storyOutcomes.filter((outcome) => used.has(outcome));
  return [...known, ...[...used].filter((outcome) => !known.some((each) => each === outcome))];
};

/**
 * Usage as CSV (RFC 4180), with the API's own names as the header. It begins with a byte order mark, without which Excel takes
 * it for another encoding than UTF-8.
 */
export const usageCsv = (by: string, rows: readonly UsageRow[]): string => {
  const outcomes = outcomesOf(rows);
  const currencies = currenciesOf(rows);
  const header = [
    by,
    "turns",
    ...outcomes,
    "promptTokens",
    "completionTokens",
    "totalTokens",
    ...currencies.map((currency) => `price ${currency}`.trim()),
  ];
  const lines = rows.map((row) => [
    textCell(row.group),
    row.turns,
    ...outcomes.map((outcome) => row.outcomes[outcome] ?? 0),
    row.promptTokens,
    row.completionTokens,
    row.totalTokens,
    // The bridge's own numbers, but a number could begin with a minus: only text is escaped.
    ...currencies.map((currency) => Number(row.price[currency] ?? 0)),
  ]);
  return `\uFEFF${[header.map(textCell), ...lines].map((cells) => `${cells.join(",")}\r\n`).join("")}`;
};
