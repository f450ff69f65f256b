import { afterEach, describe, expect } from "@jest/globals";
import type { Browser as RunningBrowser } from "puppeteer-core";
import { closeAfterAll } from "../support/close-after.ts";
import { type RunningBridge, startBridge } from "../support/local-run.ts";
import { type ConsolePage, type OpenOptions, openConsole } from "./console-page.ts";
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

/** Opens pages that are closed after each test, which fails if something went wrong in one of them. */
export const usePages = (run: () => ConsoleRun): ((options?: OpenOptions) => Promise<ConsolePage>) => {
  const pages: ConsolePage[] = [];
  afterEach(async () => {
    const faults = pages.flatMap((page) => page.faults);
    for (const page of pages.splice(0)) await page.close();
    expect(faults).toEqual([]);
  });
  return async (options) => {
    const { browser, consoleUrl } = run();
    const page = await openConsole(browser, consoleUrl, options);
    pages.push(page);
    return page;
  };
};
