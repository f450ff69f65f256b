import puppeteer, { type Browser as RunningBrowser } from "puppeteer-core";
import type { Browser } from "./find-browser.ts";

/** Only our own pages may be opened in it. */
export const launchBrowser = ({ executablePath, env }: Browser): Promise<RunningBrowser> =>
  puppeteer.launch({
    executablePath,
    // Chrome takes its language from there, and says en-US@posix for C, which no library of dates or charts knows.
    env: { ...process.env, LANG: "en_US.UTF-8", ...env },
    // The packed browser is the headless shell, which accepts only this flag; every Chrome accepts it too.
    headless: "shell",
    // Not every container allows the browser's sandbox.
    args: ["--no-sandbox"],
  });
