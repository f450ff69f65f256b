import { afterEach, expect } from "@jest/globals";
import type { Browser } from "puppeteer-core";
import { type RunningBridge, startBridge } from "../support/local-run.ts";
import { type ConsolePage, type OpenOptions, openConsole } from "./console-page.ts";
import { startBrowser } from "./in-browser.ts";

export interface ConsoleRun {
  readonly bridge: RunningBridge;
  readonly consoleUrl: string;
  readonly browser: Browser;
}

/** A local run with its console, and a browser. */
export const startConsoleRun = async (environment: Record<string, string> = {}): Promise<ConsoleRun> => {
  const [bridge, browser] = await Promise.all([
    startBridge({ CONSOLE_PORT: "0", ...environment }),
    startBrowser(),
  ]);
  const [, consoleUrl = ""] = await bridge.shows(/in a browser: (\S+)$/m);
  return { bridge, consoleUrl, browser };
};

/** Opens pages that are closed after each test, which fails if something went wrong in one of them. */
export const usePages = (
  run: () => Pick<ConsoleRun, "browser" | "consoleUrl">,
): ((options?: OpenOptions) => Promise<ConsolePage>) => {
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
