import { access, constants, mkdir } from "node:fs/promises";
import { SettingsError } from "./settings.ts";

/** Makes the folder where it is missing. @throws SettingsError when nothing can be kept there. */
export const checkDataDir = async (dataDir: string): Promise<void> => {
  try {
    await mkdir(dataDir, { recursive: true });
    await access(dataDir, constants.W_OK);
  } catch (error) {
    const reason = error instanceof Error && "code" in error ? error.code : "unknown";
    throw new SettingsError(`DATA_DIR ${dataDir} is no folder that can be written to (${String(reason)})`);
  }
};
