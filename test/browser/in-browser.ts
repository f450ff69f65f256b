import { describe } from "@jest/globals";
import type { Browser } from "puppeteer-core";
import { closeAfterAll } from "../support/close-after.ts";
import { findBrowser } from "./find-browser.ts";
import { launchBrowser } from "./launch-browser.ts";

const found = findBrowser();

/** Tests in a browser. Without one they are skipped, and say so. */
export const describeInBrowser = (name: string, tests: () => void): void => {
  if (!found)
    console.warn("No browser is found here: CHROME_PATH may name one. The tests that need it are skipped.");
  (found ? describe : describe.skip)(name, tests);
};

/** Starts a browser for the tests of `describeInBrowser`, which ends after them. */
export const startBrowser = async (): Promise<Browser> => {
  if (!found) throw new Error("no browser is found");
  return closeAfterAll(await launchBrowser(found));
};
