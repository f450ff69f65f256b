import { SettingsError } from "./settings.ts";

const timeoutMs = 5_000;

/**
 * Gets what the server of a setting responds, with any status.
 * @throws SettingsError naming the variable if none responds.
 */
export const fetchFrom = (
  variable: string,
  url: string,
  headers: Readonly<Record<string, string>> = {},
): Promise<Response> =>
  fetch(url, { headers, signal: AbortSignal.timeout(timeoutMs) }).catch(() => {
    throw new SettingsError(`${variable}: no server responds at ${url}`);
  });
