import { readdirSync, readFileSync } from "node:fs";

export interface Usage {
  readonly residentMb: number;
  readonly cpuMs: number;
}

/** In clock ticks; 100 per second on every Linux that Node runs on. */
const tickMs = 10;
const pageMb = 4096 / 2 ** 20;

/** Memory and CPU time of a process and its descendants, those that have ended included. Linux only: it reads /proc. */
export const usageOf = (pid: number): Usage => {
  const processes = readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => {
      try {
        // The name of the program, in brackets, may contain blanks.
        const fields = readFileSync(`/proc/${name}/stat`, "utf8")
          .replace(/^.*\) /s, "")
          .split(" ");
        const numberAt = (index: number) => Number(fields[index - 3]);
        const ticks = numberAt(14) + numberAt(15) + numberAt(16) + numberAt(17);
        return [{ pid: Number(name), parent: numberAt(4), ticks, pages: numberAt(24) }];
      } catch {
        return [];
      }
    });
  const own = new Set([pid]);
  for (let size = 0; size < own.size; ) {
    size = own.size;
    for (const { pid: each, parent } of processes) if (own.has(parent)) own.add(each);
  }
  const measured = processes.filter(({ pid: each }) => own.has(each));
  return {
    residentMb: measured.reduce((sum, { pages }) => sum + pages * pageMb, 0),
    cpuMs: measured.reduce((sum, { ticks }) => sum + ticks * tickMs, 0),
  };
};
