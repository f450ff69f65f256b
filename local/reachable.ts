import { SettingsError } from "./settings.ts";

const patienceMs = 5_000;

/** Whether anybody answers there, whatever they say. @throws SettingsError naming the variable. */
export const checkReachable = async (variable: string, url: string): Promise<void> => {
  await fetch(url, { signal: AbortSignal.timeout(patienceMs) }).catch(() => {
    throw new SettingsError(`${variable}: nobody answers at ${url}`);
  });
};
