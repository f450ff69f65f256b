import puppeteer, { type Browser as RunningBrowser } from "puppeteer-core";
import type { Browser } from "./find-browser.ts";

/** Only our own pages may be opened in it. */
export const launchBrowser = ({ executablePath, env }: Browser): Promise<RunningBrowser> =>
  puppeteer.launch({
    executablePath,
    env: { ...process.env, ...env },
    // The packed browser is the headless shell, which accepts only this flag; every Chrome accepts it too.
    headless: "shell",
    // Not every container allows the browser's sandbox.
    args: ["--no-sandbox"],
  });
