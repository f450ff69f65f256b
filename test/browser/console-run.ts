import { describe } from "@jest/globals";
import type { Browser as RunningBrowser } from "puppeteer-core";
import { closeAfterAll } from "../support/close-after.ts";
import { type RunningBridge, startBridge } from "../support/local-run.ts";
import { findBrowser } from "./find-browser.ts";
import { launchBrowser } from "./launch-browser.ts";

export interface ConsoleRun {
  readonly bridge: RunningBridge;
  readonly consoleUrl: string;
  readonly browser: RunningBrowser;
}

const found = findBrowser();

/** Tests in a browser. Without one they are skipped, and say so. */
export const describeInBrowser = (name: string, tests: () => void): void => {
  if (!found)
    console.warn("No browser is found here: CHROME_PATH may name one. The tests that need it are skipped.");
  (found ? describe : describe.skip)(name, tests);
};

/** A local run with its console, and a browser. */
export const startConsoleRun = async (environment: Record<string, string> = {}): Promise<ConsoleRun> => {
  if (!found) throw new Error("no browser is found");
  const [bridge, browser] = await Promise.all([
    startBridge({ CONSOLE_PORT: "0", ...environment }),
    launchBrowser(found),
  ]);
  closeAfterAll(browser);
  const [, consoleUrl = ""] = await bridge.shows(/in a browser: (\S+)$/m);
  return { bridge, consoleUrl, browser };
};
