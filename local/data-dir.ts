import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { SettingsError } from "./settings.ts";

const isAlive = (pid: number): boolean => {
  try {
    return pid !== process.pid && process.kill(pid, 0);
  } catch {
    return false;
  }
};

/**
 * Locks a DATA_DIR for this run and creates it if it is missing. The lock of a process that no longer runs is ignored.
 * @throws SettingsError if the folder is not writable or in use by another run.
 */
export const lockDataDir = async (dataDir: string): Promise<void> => {
  const lockFile = join(dataDir, "bridge.pid");
  const holder = Number(await readFile(lockFile, "utf8").catch(() => ""));
  if (holder > 0 && isAlive(holder)) {
    throw new SettingsError(`DATA_DIR ${dataDir} is in use by another run (process ${holder})`);
  }
  try {
    await mkdir(dataDir, { recursive: true });
    await writeFile(lockFile, String(process.pid));
  } catch (error) {
    const reason = error instanceof Error && "code" in error ? error.code : "unknown";
    throw new SettingsError(`DATA_DIR ${dataDir} is not a writable folder (${String(reason)})`);
  }
};
