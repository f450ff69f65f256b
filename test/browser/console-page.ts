import type { Browser, BrowserContext, Page } from "puppeteer-core";
import { write } from "./write.ts";

/** The console in a browser, and what a person does and sees there. */
export interface ConsolePage {
  readonly page: Page;
  /** Writes a message to the bot and sends it. */
  readonly say: (text: string) => Promise<void>;
  /** What the last answer says so far. */
  readonly answer: () => Promise<string>;
  /** Waits until the last answer is complete. */
  readonly finished: () => Promise<void>;
  /** Waits until the last answer has at least that many characters. */
  readonly hasSaid: (characters: number) => Promise<void>;
  /** The notes and the error below the last answer. */
  readonly notes: () => Promise<string[]>;
  /** Waits until the page shows this text, anywhere. */
  readonly shows: (text: string) => Promise<void>;
  /** How many times the page has requested a token. */
  readonly tokensAsked: () => number;
  /** Errors thrown by the page's own script, and what its content security policy has blocked. */
  readonly faults: readonly string[];
  readonly close: () => Promise<void>;
}

const answers = ".chat-log .chat-answer";
const lastAnswer = `${answers}:last-of-type`;
const lastText = `${lastAnswer} > .markdown`;

const policyFault = /Content Security Policy|Trusted/i;

export interface OpenOptions {
  /** The address within the console, such as `#/bots`. */
  readonly hash?: string;
  readonly language?: string;
  readonly theme?: "light" | "dark";
}

/** Opens the console in a separate browser profile. */
export const openConsole = async (
  browser: Browser,
  url: string,
  { hash = "#/chat", language = "en", theme = "light" }: OpenOptions = {},
): Promise<ConsolePage> => {
  const context: BrowserContext = await browser.createBrowserContext();
  const page = await context.newPage();
  const faults: string[] = [];
  let tokens = 0;
  page.on("pageerror", (error) => faults.push(String(error)));
  page.on("console", (message) => {
    if (policyFault.test(message.text())) faults.push(message.text());
  });
  page.on("request", (request) => {
    if (request.url() === `${url}/token`) tokens += 1;
  });
  await page.emulateMediaFeatures([{ name: "prefers-color-scheme", value: theme }]);
  await page.evaluateOnNewDocument((wanted) => {
    Object.defineProperty(navigator, "language", { get: () => wanted });
  }, language);
  await page.goto(`${url}/${hash}`);
  await page.waitForSelector("#content :is(h1, h2)");
  return {
    page,
    faults,
    tokensAsked: () => tokens,
    say: async (text) => {
      const before = (await page.$$(answers)).length;
      await write(page, ".chat-composer textarea", text);
      await page.keyboard.press("Enter");
      // An answer that is there before may be an earlier one.
      const hasMore = (selector: string, count: number): boolean =>
        document.querySelectorAll(selector).length > count;
      await page.waitForFunction(hasMore, { polling: 20 }, answers, before);
    },
    answer: async () => {
      const texts = await page.$$eval(lastText, (elements) =>
        elements.map(({ textContent }) => textContent ?? ""),
      );
      return texts.join("");
    },
    finished: async () => void (await page.waitForSelector(".chat-log[aria-busy=false]")),
    hasSaid: async (characters) => {
      const isThatLong = (selector: string, least: number): boolean =>
        (document.querySelector(selector)?.textContent?.length ?? 0) >= least;
      await page.waitForFunction(isThatLong, { polling: 20 }, lastText, characters);
    },
    notes: () =>
      page.$$eval(`${lastAnswer} > :is(.hint, .error)`, (elements) =>
        elements.map(({ textContent }) => textContent ?? ""),
      ),
    shows: async (text) => {
      const isShown = (wanted: string): boolean => document.body.innerText.includes(wanted);
      await page.waitForFunction(isShown, { polling: 50 }, text);
    },
    close: () => context.close(),
  };
};

/** Fills in the field with this name. */
export const type = (page: Page, name: string, value: string): Promise<void> =>
  write(page, `::-p-aria([name="${name}"][role="textbox"])`, value);

/** Fills in a field and leaves it, which is when it takes effect. */
export const fillIn = async (page: Page, name: string, value: string): Promise<void> => {
  await type(page, name, value);
  await page.keyboard.press("Tab");
};

/** Chooses an option by what it is called. */
export const choose = async (page: Page, name: string, option: string): Promise<void> => {
  const list = await page.waitForSelector(`::-p-aria([name="${name}"][role="combobox"])`);
  const value = await list?.evaluate((element, wanted) => {
    const options = element instanceof HTMLSelectElement ? [...element.options] : [];
    return options.find(({ text }) => text === wanted)?.value;
  }, option);
  if (value === undefined) throw new Error(`${name} has no option ${option}`);
  await list?.select(value);
};

/** Clicks the button with this name. */
export const press = (page: Page, name: string): Promise<void> =>
  page.locator(`::-p-aria([name="${name}"][role="button"])`).click();

/** Clicks the link with this name. */
export const follow = (page: Page, name: string): Promise<void> =>
  page.locator(`::-p-aria([name="${name}"][role="link"])`).click();
