import { appendFileSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { runPeers } from "./peers/run-peers.ts";
import { peersTables } from "./peers/tables.ts";
import { lineChart } from "./suite/chart.ts";
import { holds } from "./suite/measurement.ts";
import { makeReport, type Report, resultTable } from "./suite/report.ts";
import { runBenchmark } from "./suite/run-benchmark.ts";

// npm run bench [-- --quick] [--only name]… [--peers] [--json file] [--charts folder] [--record]

const names = readdirSync(new URL("./benchmarks", import.meta.url))
  .map((file) => file.replace(/\.ts$/, ""))
  .toSorted();

const { values } = parseArgs({
  options: {
    /** Under a minute: that everything runs, and its gates. */
    quick: { type: "boolean", default: false },
    only: { type: "string", multiple: true },
    /** Also other bridges, installed from npm and PyPI (bench/peers). Alone: `--only peers`. */
    peers: { type: "boolean", default: false },
    /** Where to write the results. */
    json: { type: "string" },
    /** The folder where charts are written. */
    charts: { type: "string" },
    /** Adds the results to bench/results.jsonl, the history. */
    record: { type: "boolean", default: false },
  },
});
const effort = values.quick ? "quick" : "full";
const choices = [...names, "peers"];
const unknown = values.only?.find((name) => !choices.includes(name));
if (unknown !== undefined) throw new Error(`--only: must be one of ${choices.join(", ")}, got ${unknown}`);

// One at a time, so that each has the machine to itself.
const benchmarks: Report["benchmarks"] = {};
for (const name of values.only?.filter((name) => name !== "peers") ?? names) {
  const startedAt = performance.now();
  benchmarks[name] = [...(await runBenchmark(name, effort))];
  console.error(`${name}: ${((performance.now() - startedAt) / 1000).toFixed(1)} s`);
}
const peers = values.peers || values.only?.includes("peers") ? await runPeers() : undefined;
const report = makeReport(effort, benchmarks, peers);
console.log(`${resultTable(report)}\n`);
if (peers) console.log(`${peersTables(peers)}\n`);
console.log(`${report.machine}, Node ${report.node}, commit ${report.commit}`);
if (values.json !== undefined) writeFileSync(values.json, `${JSON.stringify(report, undefined, 2)}\n`);
if (values.charts !== undefined) {
  for (const { chart } of Object.values(benchmarks).flat())
    if (chart) writeFileSync(join(values.charts, `${chart.name}.svg`), lineChart(chart));
}
if (values.record) appendFileSync(new URL("./results.jsonl", import.meta.url), `${JSON.stringify(report)}\n`);
if (
  !Object.values(benchmarks)
    .flat()
    .every((each) => holds(each, effort))
)
  process.exitCode = 1;
