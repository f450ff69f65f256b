import { mkdirSync, mkdtempSync, readFileSync, rmdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { makeApp } from "../lib/app.ts";
import { makeConfig } from "../lib/config.ts";
import { installRuntimeClient } from "../scripts/runtime-client/install.ts";
import { question } from "../test/support/lambda-runtime/chat-call.ts";
import { eventsIn, wholeReply } from "../test/support/lambda-runtime/streamed-reply.ts";
import { median, percentile } from "./suite/statistics.ts";

/**
 * Measures streamed answers of the deployed chat-stream under Lambda's runtime client, held to the memory and the share of a
 * core that Lambda gives a function of each size. Needs root on Linux with cgroups v1, and the tools that compile the client.
 */
const sizesMb = [1_024, 512, 256, 192];
/** A function of this size has one whole core (AWS Lambda's documentation). */
const mbPerCore = 1_769;
/** Short, so that a function is not stopped for long at a time. */
const periodUs = 20_000;
const turns = 15;
const paceMs = 20;
const deltas = Array.from({ length: 64 }, (_, n) => `word${n} `);
/** Half a megabyte, as fast as it is read. */
const long = Array.from({ length: 2_000 }, (_, n) => `${n}:${"漢é ".repeat(60)}`);

interface Group {
  readonly add: (pid: number) => void;
  readonly peakMb: () => number;
  readonly remove: () => void;
}

const makeGroup = (sizeMb: number): Group => {
  const folderOf = (controller: string) => `/sys/fs/cgroup/${controller}/bot-bridge-${process.pid}-${sizeMb}`;
  const [cpu, memory] = [folderOf("cpu"), folderOf("memory")];
  for (const folder of [cpu, memory]) mkdirSync(folder);
  writeFileSync(join(cpu, "cpu.cfs_period_us"), String(periodUs));
  writeFileSync(join(cpu, "cpu.cfs_quota_us"), String(Math.round((periodUs * sizeMb) / mbPerCore)));
  writeFileSync(join(memory, "memory.limit_in_bytes"), `${sizeMb}M`);
  return {
    add: (pid) => {
      for (const folder of [cpu, memory]) writeFileSync(join(folder, "cgroup.procs"), String(pid));
    },
    peakMb: () => Number(readFileSync(join(memory, "memory.max_usage_in_bytes"), "utf8")) / 1024 / 1024,
    remove: () => {
      for (const folder of [cpu, memory]) rmdirSync(folder);
    },
  };
};

process.env.RUNTIME_CLIENT = installRuntimeClient();
const assemblyDir = mkdtempSync(join(tmpdir(), "bot-bridge-size-"));
process.env.ASSEMBLY_DIR = assemblyDir;
const config = makeConfig({ stage: "test", allowPrivateCallbacks: true, corsOrigins: ["*"] });
makeApp(config, { outdir: assemblyDir, builtinCloudFormationValidation: false }).synth();
const { startChatRuntime } = await import("../test/support/lambda-runtime/start-chat-runtime.ts");

console.log(
  "| MB | share of a core | first question, ms | first delta, p50 ms | p95 | gap, p99 ms | largest gap | long answer, ms | memory, peak MB |",
);
console.log(`|${"---|".repeat(9)}`);
for (const sizeMb of sizesMb) {
  const group = makeGroup(sizeMb);
  const runtime = await startChatRuntime();
  if (runtime.chatStream.pid === undefined) throw new Error("the function did not start");
  group.add(runtime.chatStream.pid);
  const ask = async (profile: Parameters<typeof runtime.pair>[0], text: string) => {
    const pair = await runtime.pair(profile);
    const startedAt = performance.now();
    const invocation = runtime.chatStream.invoke(question(pair, "Hello"));
    const { reply } = await wholeReply(invocation);
    const times = eventsIn(reply.chunks).filter(({ type }) => type === "delta");
    if (times.map(({ data }) => data.content).join("") !== text)
      throw new Error("part of the answer is missing");
    return { startedAt, at: times.map(({ at }) => at) };
  };
  const streamed = { paceMs, reply: { kind: "deltas", deltas } } as const;
  const first = await ask(streamed, deltas.join(""));
  const firsts: number[] = [];
  const gaps: number[] = [];
  for (let turn = 0; turn < turns; turn += 1) {
    const { startedAt, at } = await ask(streamed, deltas.join(""));
    firsts.push((at[0] ?? Number.NaN) - startedAt);
    gaps.push(...at.slice(1).map((each, n) => each - (at[n] ?? 0)));
  }
  const { startedAt, at } = await ask({ paceMs: 0, reply: { kind: "deltas", deltas: long } }, long.join(""));
  const row = [
    sizeMb,
    (sizeMb / mbPerCore).toFixed(2),
    ((first.at[0] ?? Number.NaN) - first.startedAt).toFixed(0),
    median(firsts).toFixed(0),
    percentile(firsts, 0.95).toFixed(0),
    percentile(gaps, 0.99).toFixed(0),
    Math.max(...gaps).toFixed(0),
    ((at.at(-1) ?? Number.NaN) - startedAt).toFixed(0),
    group.peakMb().toFixed(0),
  ];
  console.log(`| ${row.join(" | ")} |`);
  await runtime.close();
  await delay(200);
  group.remove();
}
rmSync(assemblyDir, { recursive: true });
process.exit(0);
