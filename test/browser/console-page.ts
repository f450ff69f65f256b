import type { Browser, BrowserContext, Page } from "puppeteer-core";

/** The console in a browser, operated as a person would. */
export interface ConsolePage {
  readonly page: Page;
  readonly say: (text: string) => Promise<void>;
  /** The text of the latest answer so far. */
  readonly answer: () => Promise<string>;
  /** Waits until no answer is being written. */
  readonly finished: () => Promise<void>;
  /** Waits until the last answer has at least that many characters. */
  readonly hasSaid: (characters: number) => Promise<void>;
  /** The text below the last answer. */
  readonly note: () => Promise<string | undefined>;
  /** How many times the page has requested a token. */
  readonly tokensAsked: () => number;
  /** Errors thrown by the page's own script. */
  readonly faults: readonly string[];
  readonly close: () => Promise<void>;
}

const lastText = "#log article.theirs:last-of-type .text";
const lastNote = "#log article.theirs:last-of-type .note";

/** Opens the console for that user, in a separate browser profile. */
export const openConsole = async (browser: Browser, url: string, userId: string): Promise<ConsolePage> => {
  const context: BrowserContext = await browser.createBrowserContext();
  const page = await context.newPage();
  const faults: string[] = [];
  let tokens = 0;
  page.on("pageerror", (error) => faults.push(String(error)));
  page.on("request", (request) => {
    if (request.url() === `${url}/token`) tokens += 1;
  });
  await page.goto(url);
  await page.locator("#user").fill(userId);
  return {
    page,
    faults,
    tokensAsked: () => tokens,
    say: async (text) => {
      await page.locator("#message").fill(text);
      await page.keyboard.press("Enter");
      await page.waitForSelector("#log[aria-busy=true], #log[aria-busy=false]");
    },
    answer: () => page.$eval(lastText, (element) => element.textContent ?? ""),
    finished: async () => void (await page.waitForSelector("#log[aria-busy=false]")),
    hasSaid: async (characters) => {
      const isThatLong = (selector: string, least: number): boolean =>
        (document.querySelector(selector)?.textContent?.length ?? 0) >= least;
      await page.waitForFunction(isThatLong, { polling: 20 }, lastText, characters);
    },
    note: async () => {
      const [note] = await page.$$eval(lastNote, (elements) =>
        elements.map(({ textContent }) => textContent),
      );
      return note ?? undefined;
    },
    close: () => context.close(),
  };
};
