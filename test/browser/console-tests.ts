import { beforeAll, expect, test } from "@jest/globals";
import type { Browser } from "puppeteer-core";
import { createBotClient } from "../../client/src/index.ts";
import { startConsole } from "../../local/console/server.ts";
import type { HttpServer } from "../../local/http-server.ts";
import {
  type ChatServer,
  endlessQuestion,
  expireTokens,
  longQuestion,
  userToken,
} from "../support/chat/chat-server.ts";
import { type CuttingProxy, startCuttingProxy } from "../support/chat/cutting-proxy.ts";
import { closeAfterAll } from "../support/close-after.ts";
import { eventually } from "../support/eventually.ts";
import { type ConsolePage, fillIn, press } from "./console-page.ts";
import { usePages } from "./console-run.ts";
import { describeInBrowser, startBrowser } from "./in-browser.ts";

/** What a person sees of the chat in a real browser, against the fake chat or a real bridge. */
export const describeConsoleAt = (
  name: string,
  start: () => Promise<ChatServer>,
  more?: (open: (userId: string) => Promise<ConsolePage>) => void,
): void =>
  describeInBrowser(`the console, at ${name},`, () => {
    let chat: ChatServer;
    let proxy: CuttingProxy;
    let server: HttpServer;
    let browser: Browser;

    beforeAll(async () => {
      chat = closeAfterAll(await start());
      proxy = closeAfterAll(await startCuttingProxy(chat.url));
      server = closeAfterAll(await startConsole({ ...chat, bridgeUrl: proxy.url, port: 0 }));
      browser = await startBrowser();
      // The page is built at its first request, which may take longer than a test.
      await fetch(server.url);
    }, 60_000);

    const openPage = usePages(() => ({ browser, consoleUrl: server.url }));
    const open = async (userId: string, hash = "#/chat"): Promise<ConsolePage> => {
      const page = await openPage({ hash });
      await fillIn(page.page, "User", userId);
      return page;
    };

    test("shows the answer while the bot is still writing it", async () => {
      const page = await open("see-stream");
      await page.say(longQuestion);
      const seen: string[] = [];
      for (const share of [0.2, 0.4, 0.6, 0.8]) {
        await page.hasSaid(longQuestion.length * share);
        seen.push(await page.answer());
        expect(await page.page.$eval(".chat-log", ({ ariaBusy }) => ariaBusy)).toBe("true");
      }
      await page.finished();
      const whole = await page.answer();
      expect(whole).toContain(longQuestion);
      for (const part of seen) expect(whole.startsWith(part)).toBe(true);
      expect(new Set(seen).size).toBe(4);
    });

    test.each([
      ["the button", "see-stop", ({ page }: ConsolePage) => press(page, "Stop")],
      ["Escape", "see-escape", ({ page }: ConsolePage) => page.keyboard.press("Escape")],
    ])("stops the answer by %s", async (_how, userId, stop) => {
      const page = await open(userId);
      await page.say(endlessQuestion);
      await page.hasSaid(30);
      await stop(page);
      await page.finished();
      expect(await page.answer()).not.toContain("word999");
      expect(await page.notes()).toEqual(["Stopped."]);
    });

    test("shows the whole answer after the connection breaks", async () => {
      const page = await open("see-cut");
      const cutsBefore = proxy.cutsMade();
      proxy.cut("head");
      await page.say(longQuestion);
      for (const characters of [40, 120, 240]) {
        await page.hasSaid(characters);
        await eventually(() => expect(proxy.open()).toBe(1));
        proxy.cutNow();
      }
      await page.finished();
      expect((await page.answer()).endsWith(longQuestion)).toBe(true);
      expect((await page.answer()).split("word7 ")).toHaveLength(2);
      expect(await page.notes()).toEqual([]);
      expect(proxy.cutsMade() - cutsBefore).toBe(4);
    });

    test("gets another token when the first has expired", async () => {
      const page = await open("see-token");
      await page.say("Hello");
      await page.finished();
      const asked = page.tokensAsked();
      await expireTokens(chat, "see-token");
      await page.say("Hello again");
      await page.finished();
      expect(await page.answer()).toContain("Hello again");
      expect(page.tokensAsked()).toBe(asked + 1);
    });

    test("starts a new conversation, and the bot forgets the old one", async () => {
      const page = await open("see-forget");
      await page.say("Hello");
      await page.finished();
      const token = () => userToken(chat, "see-forget");
      const bot = createBotClient({ url: chat.url, token }).bot(chat.botId);
      expect(await bot.conversation()).toMatchObject({ turns: 1 });
      await press(page.page, "Forget");
      await page.page.waitForFunction(() => document.querySelector(".chat-answer") === null);
      expect(await bot.conversation()).toBeUndefined();
    });

    test("shows HTML as it was written, whatever it would do", async () => {
      const page = await open("see-markup");
      const markup = '<img src=x onerror="alert(1)"><b>bold</b> & so on [link](javascript:alert(2))';
      await page.say(markup);
      await page.finished();
      expect(await page.answer()).toContain('<img src=x onerror="alert(1)"><b>bold</b> & so on link');
      expect(await page.page.$(".chat-log img, .chat-log b, .chat-log .markdown a")).toBeNull();
    });

    test("says in plain words that the bot does not exist", async () => {
      const page = await open("see-nobody", "#/chat?bot=bot-nowhere");
      await page.say("Hello");
      await page.finished();
      expect(await page.notes()).toEqual(["There is no bot with this ID."]);
    });

    more?.(open);
  });
