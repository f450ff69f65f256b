import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";

/** Run one at a time, so that each has the machine to itself. */
const benches = ["first-chunk", "callback", "added-time", "relay-cpu", "memory", "bounds"];

for (const bench of benches) {
  const file = fileURLToPath(new URL(`./${bench}.ts`, import.meta.url));
  const { status } = spawnSync(process.execPath, [file], { stdio: "inherit" });
  if (status !== 0) process.exit(status ?? 1);
}
