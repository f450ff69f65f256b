import { findBrowser } from "../../test/browser/find-browser.ts";
import { launchBrowser } from "../../test/browser/launch-browser.ts";

const viewport = { width: 800, height: 560, deviceScaleFactor: 1.5 };

/** Has a user talk to a bot in the console, and takes its picture as a PNG. @throws Error if no browser is found. */
export const consolePicture = async (
  consoleUrl: string,
  { userId, botId, messages }: { userId: string; botId: string; messages: readonly string[] },
): Promise<Uint8Array> => {
  const found = findBrowser();
  if (!found) throw new Error("no browser is found; CHROME_PATH may name one");
  const browser = await launchBrowser(found);
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
