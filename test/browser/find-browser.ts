import { existsSync } from "node:fs";
import { delimiter, join } from "node:path";
import { packedBrowser } from "./packed-browser.ts";

export interface Browser {
  readonly executablePath: string;
  /** Environment variables that it needs in addition to this process's own. */
  readonly env: Readonly<Record<string, string>>;
}

const names = ["google-chrome-stable", "google-chrome", "chromium", "chromium-browser", "microsoft-edge"];
const onPath = (process.env.PATH ?? "")
  .split(delimiter)
  .flatMap((folder) => names.map((name) => join(folder, name)));
const installPaths = [
  "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
  "/Applications/Chromium.app/Contents/MacOS/Chromium",
  "C:/Program Files/Google/Chrome/Application/chrome.exe",
  "C:/Program Files (x86)/Microsoft/Edge/Application/msedge.exe",
];

/**
 * The browser that CHROME_PATH names, else an installed one, else the packed one; undefined if there is none.
 */
export const findBrowser = (): Browser | undefined => {
  const { CHROME_PATH: named } = process.env;
  if (named !== undefined && named !== "") return { executablePath: named, env: {} };
  const installed = [...onPath, ...installPaths].find((place) => existsSync(place));
  if (installed !== undefined) return { executablePath: installed, env: {} };
  return process.platform === "linux" && process.arch === "x64" ? packedBrowser() : undefined;
};
