import { execFileSync } from "node:child_process";
import { cpus, totalmem } from "node:os";
import * as v from "valibot";
import { type PeersResult, peersResult } from "../peers/results.ts";
import { type Effort, efforts, holds, type Measurement, measurement } from "./measurement.ts";

/** One run of all benchmarks: a line of bench/results.jsonl. */
export const report = v.object({
  at: v.string(),
  commit: v.string(),
  effort: v.picklist(efforts),
  machine: v.string(),
  node: v.string(),
  benchmarks: v.record(v.string(), v.array(measurement)),
  /** With `--peers`. */
  peers: v.exactOptional(peersResult),
});
export type Report = v.InferOutput<typeof report>;

const machineName = (): string => {
  const [first] = cpus();
  return `${cpus().length} cores (${first?.model.trim() ?? "unknown"}), ${Math.round(totalmem() / 2 ** 30)} GB`;
};

const commitNow = (): string => {
  const git = (...args: string[]) => execFileSync("git", args, { encoding: "utf8" }).trim();
  try {
    return `${git("rev-parse", "--short", "HEAD")}${git("status", "--porcelain") === "" ? "" : " (changed)"}`;
  } catch {
    return "unknown";
  }
};

export const makeReport = (
  effort: Effort,
  benchmarks: Report["benchmarks"],
  peers: PeersResult | undefined,
): Report => ({
  at: new Date().toISOString(),
  commit: commitNow(),
  effort,
  machine: machineName(),
  node: process.version,
  benchmarks,
  ...(peers && { peers }),
});

const round = (value: number): string =>
  Math.abs(value) >= 100 ? value.toFixed(0) : value.toFixed(Math.abs(value) >= 10 ? 1 : 2);

const withUnit = (value: number, unit: Measurement["unit"]): string => {
  if (unit === "of all") return `${round(value * 100)} %`;
  return unit === "×" ? `${round(value)} ×` : `${round(value)} ${unit}`;
};

const limitOf = ({ max, min, unit }: Measurement): string => {
  if (max !== undefined) return `≤ ${withUnit(max, unit)}`;
  return min === undefined ? "" : `≥ ${withUnit(min, unit)}`;
};

/** A table in Markdown, with a row for each measurement. */
export const resultTable = ({ benchmarks, effort }: Pick<Report, "benchmarks" | "effort">): string => {
  const rows = Object.entries(benchmarks).flatMap(([name, measurements]) =>
    measurements.map((each) => [
      `\`${name}\``,
      each.name,
      withUnit(each.value, each.unit),
      limitOf(each),
      limitOf(each) === "" ? "" : holds(each, effort) ? "yes" : "**no**",
    ]),
  );
  const head = ["benchmark", "what", "value", "limit", "holds"];
  return [head, head.map(() => "---"), ...rows].map((row) => `| ${row.join(" | ")} |`).join("\n");
};
