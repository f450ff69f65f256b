import { expect, test } from "@jest/globals";
import { longQuestion } from "../support/chat/chat-server.ts";
import { startFakeChat } from "../support/chat/fake-chat.ts";
import { describeConsoleAt } from "./console-tests.ts";

describeConsoleAt(
  "a fake of the bridge",
  () => startFakeChat({ paceMs: 20, suggested: ["And then?", "<b>Why?</b>"] }),
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
  },
);
