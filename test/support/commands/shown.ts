const escaped = (text: string): string => text.replaceAll(/[.*+?^${}()|[\]\\]/g, "\\$&");

const lineSource = (line: string): string =>
  line.trim() === "…" ? "[^]*?" : line.split("…").map(escaped).join(".*");

/** Output as a page shows it, as a pattern. "…" stands for anything within its line; alone on a line, for any lines. */
const source = (shown: string): string => shown.trim().split("\n").map(lineSource).join("\n");

/** Matches the whole output. */
export const wholePattern = (shown: string): RegExp => new RegExp(`^\\s*${source(shown)}\\s*$`);

/** Matches whole lines within an output. */
export const linesPattern = (shown: string): RegExp => new RegExp(`^${source(shown)}$`, "m");

/** Matches anywhere within an output. */
export const containsPattern = (shown: string): RegExp => new RegExp(source(shown));
