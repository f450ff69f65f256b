import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Browser, Page } from "puppeteer-core";
import type { ChatServer } from "../support/chat/chat-server.ts";
import { closeAfterAll } from "../support/close-after.ts";
import { projectRoot, run } from "../support/local-run.ts";
import { write } from "./write.ts";

const vite = join(projectRoot, "node_modules/vite/bin/vite.js");
const example = "examples/use-chat";

/** Builds the example for that chat and serves it, as a reader of its README would; returns its URL. */
export const serveUseChat = async ({ url, botId, appKey, appSecret }: ChatServer): Promise<string> => {
  const outDir = await mkdtemp(join(tmpdir(), "use-chat-"));
  closeAfterAll({ close: () => rm(outDir, { recursive: true }) });
  const environment = { VITE_BRIDGE_URL: url, VITE_BOT_ID: botId, APP_KEY: appKey, APP_SECRET: appSecret };
  const build = [process.execPath, vite, "build", example, "--outDir", outDir] as const;
  const built = await run([...build, "--emptyOutDir"], environment).ended;
  if (built.code !== 0) throw new Error(`the example could not be built: ${built.stdout}${built.stderr}`);
  const preview = [process.execPath, vite, "preview", example, "--outDir", outDir] as const;
  const served = run([...preview, "--host", "127.0.0.1", "--port", "0"], environment);
  const [, address = ""] = await served.shows(/Local:\s+(\S+)/);
  return address;
};

/** The example in a browser, operated as a person would. */
export interface UseChatPage {
  readonly page: Page;
  readonly ask: (question: string) => Promise<void>;
  /** The texts of the messages. */
  readonly messages: () => Promise<readonly string[]>;
  /** Waits until the last message has that text in it. */
  readonly shows: (text: string) => Promise<void>;
  /** Waits until no answer is being written. */
  readonly finished: () => Promise<void>;
  readonly click: (label: string) => Promise<void>;
  readonly close: () => Promise<void>;
}

/** Opens the example in a browser profile of its own. */
export const openUseChat = async (browser: Browser, url: string): Promise<UseChatPage> => {
  const context = await browser.createBrowserContext();
  const page = await context.newPage();
  await page.goto(url);
  const isIn = (text: string): boolean =>
    document.querySelector("article:last-of-type")?.textContent?.includes(text) ?? false;
  return {
    page,
    ask: async (question) => {
      const before = (await page.$$("article")).length;
      await write(page, "[name=question]", question);
      await page.keyboard.press("Enter");
      // The page is busy from then on; a short answer may be at its end already.
      await page.waitForSelector(`article:nth-of-type(${before + 1})`);
    },
    messages: () => page.$$eval("article", (all) => all.map(({ textContent }) => textContent ?? "")),
    shows: async (text) => void (await page.waitForFunction(isIn, { polling: 20 }, text)),
    finished: async () => void (await page.waitForSelector("[aria-busy=false]")),
    click: (label) => page.locator(`button::-p-text(${label})`).click(),
    close: () => context.close(),
  };
};
