import { mkdir, readFile, stat, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { systemClock } from "#adapters/node/system-clock.ts";
import type { Clock } from "#core/shared/clock.ts";
import { SettingsError } from "./settings.ts";

/** A run that was told to stop closes its servers first. */
const maxWaitMs = 5_000;
const pollMs = 100;

const isAlive = (pid: number): boolean => {
  try {
    return pid !== process.pid && process.kill(pid, 0);
  } catch {
    return false;
  }
};

const codeOf = (error: unknown): string =>
  typeof error === "object" && error !== null && "code" in error ? String(error.code) : "unknown";

/** Not mkdir's `recursive`, which never returns for a folder that cannot exist, such as /proc/x. */
const makeFolder = async (folder: string): Promise<void> => {
  try {
    await mkdir(folder);
  } catch (error) {
    if (codeOf(error) === "EEXIST" && (await stat(folder)).isDirectory()) return;
    const parent = dirname(folder);
    if (codeOf(error) !== "ENOENT" || parent === folder) throw error;
    await makeFolder(parent);
    await mkdir(folder);
  }
};

/** The process that has locked the folder, once `maxWaitMs` have passed; undefined as soon as there is none. */
const waitForHolder = async (lockFile: string, clock: Clock): Promise<number | undefined> => {
  const deadline = clock.now() + maxWaitMs;
  for (;;) {
    const holder = Number(await readFile(lockFile, "utf8").catch(() => ""));
    if (!(holder > 0 && isAlive(holder))) return undefined;
    if (clock.now() >= deadline) return holder;
    await clock.sleep(pollMs);
  }
};

/**
 * Locks a DATA_DIR for this run and creates it if it is missing. The lock of a process that no longer runs is ignored, and a
 * process that is ending is waited for.
 * @throws SettingsError if the folder is not writable or in use by another run.
 */
export const lockDataDir = async (dataDir: string, clock: Clock = systemClock): Promise<void> => {
  const lockFile = join(dataDir, "bridge.pid");
  const holder = await waitForHolder(lockFile, clock);
  if (holder !== undefined) {
    throw new SettingsError(`DATA_DIR ${dataDir} is in use by another run (process ${holder})`);
  }
  try {
    await makeFolder(dataDir);
    await writeFile(lockFile, String(process.pid));
  } catch (error) {
    throw new SettingsError(`DATA_DIR ${dataDir} is not a writable folder (${codeOf(error)})`);
  }
};
