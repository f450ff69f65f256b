import { gzipSync } from "node:zlib";
import { beforeAll, describe, expect, test } from "@jest/globals";
import { callApi } from "../support/signed-call.ts";
import { findAxeViolations } from "./axe.ts";
import { follow, press, type } from "./console-page.ts";
import { type ConsoleRun, startConsoleRun, usePages } from "./console-run.ts";
import { describeInBrowser } from "./in-browser.ts";

const maxFirstPaintBytes = 150 * 1024;

const hashes = [
  "#/chat",
  "#/bots",
  "#/bots?new=1",
  "#/bots/bot-marked",
  "#/turns",
  "#/turns?view=usage",
  "#/turns?view=dead",
  "#/guide",
  "#/guide/create-bot",
  "#/guide?for=rongcloud",
];

describeInBrowser("the console's pages, at a local run,", () => {
  let run: ConsoleRun;
  const open = usePages(() => run);

  beforeAll(async () => {
    run = await startConsoleRun();
    const markup = '<img src=x onerror="globalThis.attacked=1">';
    const created = await callApi(run.bridge.url, "/v3/bot/create.json", {
      userId: "bot-marked",
      name: markup,
      type: markup,
      profileUrl: "https://example.com/b.png",
      metadata: { tone: markup },
      integrations: [
        { type: "webhook", callbackUrl: "https://yourserver.com/any", options: { errorText: markup } },
      ],
    });
    expect(created).toMatchObject({ status: 200 });
  }, 60_000);

  describe.each(["light", "dark"] as const)("in the %s theme", (theme) => {
    test.each(hashes)(
      "%s has no fault that axe finds, and none is wider than the window",
      async (hash) => {
        for (const [language, width] of [
          ["en", 1280],
          ["zh", 360],
        ] as const) {
          const { page } = await open({ hash, theme, language });
          await page.setViewport({ width, height: 800 });
          await page.waitForNetworkIdle({ idleTime: 300 });
          expect(await findAxeViolations(page)).toEqual([]);
          expect(
            await page.evaluate(() => document.documentElement.scrollWidth - innerWidth),
          ).toBeLessThanOrEqual(0);
        }
      },
      60_000,
    );
  });

  test("asks only its own server and the bridge, and shows the chat with little JavaScript", async () => {
    const context = await run.browser.createBrowserContext();
    const page = await context.newPage();
    const hosts = new Set<string>();
    const scripts: Promise<string>[] = [];
    page.on("response", (response) => {
      hosts.add(new URL(response.url()).origin);
      if (response.url().endsWith(".js")) scripts.push(response.text());
    });
    await page.goto(`${run.consoleUrl}/`);
    await page.waitForSelector(".chat-composer");
    await page.waitForNetworkIdle({ idleTime: 300 });
    const bytes = (await Promise.all(scripts)).reduce((sum, script) => sum + gzipSync(script).length, 0);
    expect([...hosts].sort()).toEqual([run.bridge.url, run.consoleUrl].sort());
    expect(bytes).toBeGreaterThan(0);
    expect(bytes).toBeLessThanOrEqual(maxFirstPaintBytes);
    await context.close();
  });

  test("says that its server is gone, and how to start it", async () => {
    const { page, shows } = await open();
    await page.setRequestInterception(true);
    page.on("request", (request) => {
      void (request.url().endsWith("/session.json") ? request.abort() : request.continue());
    });
    await page.reload();
    await shows("The console has lost its server.");
    await shows("npm start");
  });

  test("says so too when a page is not loaded yet and its server is gone", async () => {
    const { page, shows } = await open();
    await page.setOfflineMode(true);
    await follow(page, "Bots");
    await shows("The console has lost its server.");
    await page.setOfflineMode(false);
    await press(page, "Try again");
    await shows("New bot");
  });

  test("closes the settings at Escape, and at a click elsewhere", async () => {
    const { page } = await open({ hash: "#/guide" });
    const isOpen = (): Promise<boolean> => page.$eval(".menu", (menu) => menu.hasAttribute("open"));
    await page.click(".menu summary");
    expect(await isOpen()).toBe(true);
    await page.keyboard.press("Escape");
    expect(await isOpen()).toBe(false);
    expect(await page.evaluate(() => document.activeElement?.tagName)).toBe("SUMMARY");
    await page.click(".menu summary");
    await page.click("h1");
    expect(await isOpen()).toBe(false);
  });

  test("keeps the page, the language and the theme over a reload", async () => {
    const { page, shows } = await open({ hash: "#/guide" });
    await page.click(".menu summary");
    await page.select(".menu select:nth-of-type(1)", "zh");
    await shows("指南");
    const themeField = (await page.$$(".menu select"))[1];
    await themeField?.select("dark");
    await page.reload();
    await shows("指南");
    expect(await page.$eval("html", ({ lang, dataset }) => [lang, dataset.theme])).toEqual(["zh", "dark"]);
  });

  test("can be used with the keyboard alone", async () => {
    const { page, shows } = await open();
    const focus = () => page.evaluate(() => document.activeElement?.textContent);
    await page.keyboard.press("Tab");
    expect(await focus()).toBe("Skip to the content");
    for (const name of ["Bot Bridge", "Chat", "Bots"]) {
      await page.keyboard.press("Tab");
      expect(await focus()).toBe(name);
    }
    await page.keyboard.press("Enter");
    await shows("New bot");
  });

  describe("a bot's life", () => {
    test("begins with a form that checks what is typed, and ends with its deletion", async () => {
      const { page, shows } = await open({ hash: "#/bots" });
      await follow(page, "New bot");
      await type(page, "Bot ID", "bot-life");
      await type(page, "Name", "<b>Life</b>");
      await type(page, "Type", "faq");
      await type(page, "Picture URL", "no address");
      await press(page, "Create");
      await shows("must be a URL");
      await type(page, "Picture URL", "https://example.com/b.png");
      await press(page, "Add");
      await type(page, "URL", "https://yourserver.com/life");
      await press(page, "Create");
      await shows("bot-life");
      await page.waitForFunction(() => location.hash === "#/bots/bot-life");

      await type(page, "Name", "Life");
      await press(page, "Save");
      await page.waitForFunction(() => document.querySelector("h1")?.textContent === "Life");
      await follow(page, "Copy");
      await page.waitForFunction(() => location.hash.startsWith("#/bots?copy=bot-life"));
      await type(page, "Bot ID", "bot-life-2");
      await press(page, "Create");
      await page.waitForFunction(() => location.hash === "#/bots/bot-life-2");

      await press(page, "Delete");
      await page.locator('dialog ::-p-aria([name="Delete bot-life-2"][role="button"])').click();
      await page.waitForFunction(() => location.hash === "#/bots");
      await shows("bot-life");
      await page.waitForFunction(() => !document.body.innerText.includes("bot-life-2"));
    }, 60_000);

    test("shows a test of its integration: what came back, and what it means", async () => {
      const { page, shows } = await open({ hash: "#/bots/bot-demo" });
      await press(page, "Test Dify chatflow");
      await shows("Dify knows the API key.");
      await shows("advanced-chat");
    });

    test("runs nothing that a name, metadata or an option brings", async () => {
      const { page } = await open({ hash: "#/bots/bot-marked" });
      await page.waitForNetworkIdle({ idleTime: 300 });
      expect(await page.$("main img")).toBeNull();
      expect(await page.evaluate(() => "attacked" in globalThis)).toBe(false);
    });
  });

  test("goes through the guide's first steps with a click each", async () => {
    const { page, shows } = await open({ hash: "#/guide/check-bridge" });
    await press(page, "Check");
    await page.waitForSelector(".guide-result.done");
    await follow(page, "Next step: Create a bot");
    await press(page, "Create the bot");
    await page.waitForSelector(".guide-result.done");
    await shows("2 of 13 done");
  });
});
