import { expect, test } from "@jest/globals";
import { longQuestion } from "../support/chat/chat-server.ts";
import { type FakeChat, startFakeChat } from "../support/chat/fake-chat.ts";
import { describeConsoleAt } from "./console-tests.ts";

let fake: FakeChat;

describeConsoleAt(
  "a fake of the bridge",
  async () => {
    fake = await startFakeChat({ paceMs: 50, suggested: ["And then?", "<b>Why?</b>"] });
    return fake;
  },
  (open) => {
    test("offers the bot's suggestions and asks the one that is clicked", async () => {
      const page = await open("see-suggestions");
      await page.say("Hello");
      const button = ".chat-suggestions button";
      await page.page.waitForSelector(button);
      const offered = await page.page.$$eval(button, (all) => all.map(({ textContent }) => textContent));
      expect(offered).toEqual(["And then?", "<b>Why?</b>"]);
      await page.page.click(button);
      await page.finished();
      expect(await page.answer()).toBe("You said: And then?");
    });

    test("keeps the end of the answer in view unless the user has scrolled up", async () => {
      const page = await open("see-end");
      const fromEnd = (): Promise<number> =>
        page.page.$eval(
          ".chat-log",
          ({ scrollHeight, scrollTop, clientHeight }) => scrollHeight - scrollTop - clientHeight,
        );
      await page.page.setViewport({ width: 400, height: 500 });
      await page.say(longQuestion);
      await page.hasSaid(300);
      expect(await fromEnd()).toBeLessThan(40);
      await page.finished();
      await page.page.waitForSelector(".chat-suggestions button");
      await page.page.waitForFunction(
        () => {
          const log = document.querySelector(".chat-log");
          return log !== null && log.scrollHeight - log.scrollTop - log.clientHeight < 2;
        },
        { polling: 20 },
      );
      await page.say(longQuestion);
      await page.hasSaid(20);
      await page.page.$eval(".chat-log", (log) => log.scrollTo(0, 0));
      await page.finished();
      expect(await page.page.$eval(".chat-log", ({ scrollTop }) => scrollTop)).toBe(0);
    });

    test("works with a screen reader: every control has a name, and an answer is announced once, whole", async () => {
      const page = await open("see-names");
      await page.say("Hello");
      await page.finished();
      const tree = JSON.stringify(await page.page.accessibility.snapshot());
      for (const name of [
        "Conversation",
        "Bot",
        "User",
        "Message to bot-001",
        "Send",
        "Forget",
        "Copy answer",
        "Attach a file",
        "bot-001",
      ]) {
        expect(tree).toMatch(new RegExp(`"name":"${name} ?"`));
      }
      const live = await page.page.$eval(".chat-log", ({ role, ariaBusy }) => ({
        role,
        ariaBusy,
      }));
      // The role implies a polite live region.
      expect(live).toEqual({ role: "log", ariaBusy: "false" });
    });

    test("runs and loads nothing that an answer's files and sources bring", async () => {
      const markup = '<img src=x onerror="globalThis.attacked=1">';
      const file = (type: string, url: string) => ({ event: "file", data: { type, url, name: markup } });
      const source = { document: markup, content: markup, url: "javascript:globalThis.attacked=3" };
      fake.script(() => [
        { event: "reasoning", data: { content: markup } },
        file("document", "https://files.example.com/a.pdf"),
        file("image", "https://files.example.com/a.png"),
        { event: "end", data: { stopped: false, usage: null, sources: [source] } },
      ]);
      const page = await open("see-files");
      const hosts = new Set<string>();
      page.page.on("request", (request) => hosts.add(new URL(request.url()).host));
      await page.say("Hello");
      await page.finished();
      const links = await page.page.$$eval(".chat-answer a", (all) => all.map(({ href }) => href));
      expect(links.filter((href) => href.startsWith("https:"))).toEqual(["https://files.example.com/a.pdf"]);
      expect(links.filter((href) => href.startsWith("javascript:"))).toEqual([]);
      expect(await page.page.$(".chat-answer img")).toBeNull();
      expect([...hosts]).not.toContain("files.example.com");
      expect(await page.page.evaluate(() => "attacked" in globalThis)).toBe(false);
    });
  },
);
