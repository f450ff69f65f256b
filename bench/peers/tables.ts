import type { PeersResult, Speed } from "./results.ts";

const round = (value: number): string => (value >= 10 ? value.toFixed(0) : value.toFixed(1));
const shown = (value: number | null | undefined): string =>
  value === null || value === undefined ? "–" : round(value);

const table = (head: readonly string[], rows: readonly (readonly string[])[]): string =>
  [head, head.map(() => "---"), ...rows].map((row) => `| ${row.join(" | ")} |`).join("\n");

/** The rates at which times are shown: others have no place. */
const shownRates = [5, 20];

const speedTable = (speed: readonly Speed[]): string => {
  const rates = [...new Set(speed.map(({ rate }) => rate))];
  const head = [
    "bot",
    ...["first text", "end"].flatMap((what) => shownRates.map((rate) => `${what} at ${rate}/s, ms`)),
    `whole answer × relay at ${rates.join(" · ")}/s`,
    "keeps up with",
    "not whole after 15 s",
  ];
  const rows = [...Map.groupBy(speed, ({ name }) => name)].map(([name, all]) => {
    const at = (rate: number) => all.find((each) => each.rate === rate);
    const times = (of: "first" | "end") =>
      shownRates.map((rate) => `${shown(at(rate)?.[of].p50)} · ${shown(at(rate)?.[of].p95)}`);
    const keptUp = all.filter(({ keepsUp }) => keepsUp).map(({ rate }) => rate);
    const late = all.filter((each) => each.late > 0);
    return [
      name,
      ...times("first"),
      ...times("end"),
      rates.map((rate) => at(rate)?.againstRelay?.toFixed(2) ?? "–").join(" · "),
      keptUp.length === 0 ? `less than ${rates[0]}/s` : `${Math.max(...keptUp)}/s`,
      late.map((each) => `${each.late} of ${each.sent} at ${each.rate}/s`).join(", ") || "none",
    ];
  });
  return table(head, rows);
};

const behaviourTable = ({ behaviour }: PeersResult): string => {
  const situations = [...new Set(behaviour.map(({ situation }) => situation))];
  const rows = [...Map.groupBy(behaviour, ({ name }) => name)].map(([name, all]) => [
    name,
    ...situations.map((situation) => all.find((each) => each.situation === situation)?.seen ?? ""),
  ]);
  return table(["bot", ...situations], rows);
};

/** Both tables in Markdown, with the versions and the peers that are missing. */
export const peersTables = (result: PeersResult): string =>
  [
    speedTable(result.speed),
    behaviourTable(result),
    [
      ...Object.entries(result.versions).flatMap(([name, packages]) =>
        packages === "" ? [] : [`- ${name}: ${packages}`],
      ),
      ...Object.entries(result.leftOut).map(([name, reason]) => `- ${name}: left out (${reason})`),
    ].join("\n"),
  ].join("\n\n");
