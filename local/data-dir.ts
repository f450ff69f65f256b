import { mkdir, readFile, writeFile } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { SettingsError } from "./settings.ts";

const isAlive = (pid: number): boolean => {
  try {
    return pid !== process.pid && process.kill(pid, 0);
  } catch {
    return false;
  }
};

const codeOf = (error: unknown): unknown =>
  typeof error === "object" && error !== null && "code" in error ? error.code : undefined;

/**
 * Creates a folder and its missing parents. Node's own recursive call never ends in a folder that refuses new ones as if it
 * were missing, as /proc does.
 */
const makeFolder = async (folder: string): Promise<void> => {
  try {
    await mkdir(folder);
  } catch (error) {
    if (codeOf(error) === "EEXIST") return;
    if (codeOf(error) !== "ENOENT" || dirname(folder) === folder) throw error;
    await makeFolder(dirname(folder));
    await mkdir(folder);
  }
};

/** A run that was just told to stop needs a moment. */
const waitMs = 5_000;
const lookMs = 100;

/** The process that has the lock, if it still runs after a while. */
const holderOf = async (lockFile: string): Promise<number | undefined> => {
  for (let waitedMs = 0; ; waitedMs += lookMs) {
    const holder = Number(await readFile(lockFile, "utf8").catch(() => ""));
    if (!(holder > 0 && isAlive(holder))) return undefined;
    if (waitedMs >= waitMs) return holder;
    await delay(lookMs);
  }
};

/**
 * Locks a DATA_DIR for this run and creates it if it is missing. Waits for another run that is about to end. The lock of a
 * process that no longer runs is ignored.
 * @throws SettingsError if the folder is not writable or in use by another run.
 */
export const lockDataDir = async (dataDir: string): Promise<void> => {
  const lockFile = join(dataDir, "bridge.pid");
  const holder = await holderOf(lockFile);
  if (holder !== undefined) {
    throw new SettingsError(`DATA_DIR ${dataDir} is in use by another run (process ${holder})`);
  }
  try {
    await makeFolder(resolve(dataDir));
    await writeFile(lockFile, String(process.pid));
  } catch (error) {
    const reason = String(codeOf(error) ?? "unknown");
    throw new SettingsError(`DATA_DIR ${dataDir} is not a writable folder (${reason})`);
  }
};
