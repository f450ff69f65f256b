import puppeteer from "puppeteer-core";
import { findBrowser } from "../../test/browser/find-browser.ts";

const viewport = { width: 800, height: 560, deviceScaleFactor: 1.5 };

/** Has a user talk to a bot in the console, and takes its picture as a PNG. @throws where no browser is found. */
export const consolePicture = async (
  consoleUrl: string,
  { userId, botId, messages }: { userId: string; botId: string; messages: readonly string[] },
): Promise<Uint8Array> => {
  const found = findBrowser();
  if (!found) throw new Error("no browser is found; CHROME_PATH may name one");
  const browser = await puppeteer.launch({
    executablePath: found.executablePath,
    env: { ...process.env, ...found.env },
    // The packed browser has no other mode, and not every container allows a sandbox. Only our own page is opened.
    headless: "shell",
    args: ["--no-sandbox"],
  });
  try {
    const page = await browser.newPage();
    await page.setViewport(viewport);
    await page.goto(consoleUrl);
    await page.locator("#user").fill(userId);
    await page.locator("#bot").fill(botId);
    for (const message of messages) {
      await page.locator("#message").fill(message);
      await page.keyboard.press("Enter");
      await page.waitForSelector("#log[aria-busy=true], #log[aria-busy=false]");
      await page.waitForSelector("#log[aria-busy=false]");
    }
    return await page.screenshot({ type: "png" });
  } finally {
    await browser.close();
  }
};
