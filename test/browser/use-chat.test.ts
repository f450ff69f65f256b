import { afterEach, beforeAll, expect, test } from "@jest/globals";
import type { Browser } from "puppeteer-core";
import { endlessQuestion, longQuestion } from "../support/chat/chat-server.ts";
import { echo, end, type FakeChat, startFakeChat } from "../support/chat/fake-chat.ts";
import type { Step } from "../support/chat/fake-turn.ts";
import { closeAfterAll } from "../support/close-after.ts";
import { eventually } from "../support/eventually.ts";
import { describeInBrowser, startBrowser } from "./in-browser.ts";
import { openUseChat, serveUseChat, type UseChatPage } from "./use-chat-page.ts";
import { write } from "./write.ts";

const delta = (content: string): Step => ({ event: "delta", data: { content } });
const sources = [{ document: "Manual.pdf" }, { document: "FAQ", url: "https://example.com/faq" }];

describeInBrowser("the example with the AI SDK's useChat", () => {
  let chat: FakeChat;
  let browser: Browser;
  let url: string;
  const pages: UseChatPage[] = [];
  const faults: string[] = [];

  beforeAll(async () => {
    chat = closeAfterAll(await startFakeChat());
    url = await serveUseChat(chat);
    browser = await startBrowser();
  }, 60_000);
  afterEach(async () => {
    for (const page of pages.splice(0)) await page.close();
    expect(faults.splice(0)).toEqual([]);
  });

  const open = async (): Promise<UseChatPage> => {
    const opened = await openUseChat(browser, url);
    opened.page.on("pageerror", (error) => faults.push(String(error)));
    pages.push(opened);
    return opened;
  };

  test("shows reasoning, the answer while it is written, and its sources", async () => {
    const reasoningShown = Promise.withResolvers<void>();
    const wordsShown = Promise.withResolvers<void>();
    chat.script((content) => [
      { event: "reasoning", data: { content: "Let me think." } },
      { until: reasoningShown.promise },
      ...echo(content, 20),
      { until: wordsShown.promise },
      { event: "end", data: { stopped: false, usage: null, sources } },
    ]);
    const page = await open();
    await page.ask(longQuestion);
    await page.page.waitForSelector("details[open]");
    reasoningShown.resolve();
    for (const word of ["word10 ", "word30 ", "word50 "]) {
      await page.shows(word);
      expect(await page.page.$("[aria-busy=true]")).not.toBeNull();
    }
    wordsShown.resolve();
    await page.finished();
    expect(await page.page.$eval("p.text", ({ textContent }) => textContent)).toBe(longQuestion);
    expect(await page.page.$eval("article.assistant p.text", ({ textContent }) => textContent)).toBe(
      `You said: ${longQuestion}`,
    );
    expect(await page.page.$eval("details", (details) => [details.textContent, details.open])).toEqual([
      "ReasoningLet me think.",
      false,
    ]);
    expect(await page.page.$eval("cite", ({ textContent }) => textContent)).toBe("Manual.pdf");
    expect(await page.page.$eval("article a", ({ href, text }) => [href, text])).toEqual([
      "https://example.com/faq",
      "FAQ",
    ]);
  });

  test("stops the bot, and keeps what it said", async () => {
    chat.script((content) => echo(content, 50));
    const page = await open();
    await page.ask(endlessQuestion);
    await page.shows("word2 ");
    await page.click("Stop");
    await page.finished();
    const [, answer = ""] = await page.messages();
    expect(`You said: ${endlessQuestion}`.startsWith(answer)).toBe(true);
    expect(answer).not.toContain("word999");
    await eventually(() => expect(chat.requests().at(-1)?.path).toMatch(/\/stop$/));
    expect(await page.page.$("[role=alert]")).toBeNull();
  });

  test("resumes the answer after a reload, whole and once", async () => {
    chat.script(() => [delta("The first half,"), { untilFollowed: 2 }, delta(" and the second."), end]);
    const page = await open();
    await page.ask("Tell me");
    await page.shows("The first half,");
    await page.page.reload();
    await page.shows("and the second.");
    await page.finished();
    expect(await page.messages()).toEqual(["Tell me", "The first half, and the second."]);
    await page.page.reload();
    await page.finished();
    expect(await page.messages()).toEqual(["Tell me", "The first half, and the second."]);
  });

  test("says that it waits for a busy bot, until the answer begins", async () => {
    const body = { code: 409, errorMessage: "another turn is in progress" };
    chat.refuse({ status: 409, headers: { "retry-after": "1" }, body });
    chat.script((content) => echo(content, 50));
    const page = await open();
    await page.ask(endlessQuestion);
    const status = () => page.page.$eval("[role=status]", ({ textContent }) => textContent);
    await eventually(async () => expect(await status()).toBe("The bot is busy. Waiting."));
    await page.shows("word2 ");
    await eventually(async () => expect(await status()).toBe("The bot is answering."));
    await page.click("Stop");
    await page.finished();
  });

  test("says what went wrong, and asks again", async () => {
    const error = { code: "unavailable", message: "the app is not reachable", retryable: true };
    chat.script(() => [delta("Well,"), { event: "error", data: error }]);
    const page = await open();
    await page.ask("Tell me");
    await page.page.waitForSelector("::-p-text(The bot is not available at the moment. Try again later.)");
    expect(await page.messages()).toEqual(["Tell me", "Well,"]);
    chat.script(() => [delta("Here you are."), end]);
    await page.click("Ask again");
    await page.shows("Here you are.");
    expect(await page.messages()).toEqual(["Tell me", "Here you are."]);
    expect(await page.page.$("[role=alert]")).toBeNull();
  });

  test("fills in the form of a paused answer, which goes on below it", async () => {
    const form = {
      id: "f1",
      text: "May I refund 20 euros?",
      fields: [
        { type: "text", name: "why", default: "" },
        { type: "choice", name: "how", choices: ["card", "cash"] },
      ],
      actions: [
        { id: "yes", title: "Yes" },
        { id: "no", title: "No" },
      ],
    };
    const data = { stopped: false, paused: true, form, prompt: "Why?", usage: null, sources: [] };
    chat.script((content) =>
      content === "yes" ? [delta("Refunded."), end] : [delta("Hm."), { event: "end", data }],
    );
    const page = await open();
    await page.ask("Refund me");
    await write(page.page, "[name=why]", "broken");
    await page.page.select("[name=how]", "cash");
    await page.click("Yes");
    await page.shows("Refunded.");
    expect(JSON.parse(chat.requests().at(-1)?.body ?? "")).toMatchObject({
      form: "f1",
      action: "yes",
      inputs: { why: "broken", how: "cash" },
    });
    expect(await page.page.$("fieldset:disabled [aria-pressed=true][value=yes]")).not.toBeNull();
    expect(await page.page.$$("article")).toHaveLength(2);
  });

  test("shows markup as plain text", async () => {
    const markup = '<img src=x onerror="alert(1)"><b>bold</b> & so on';
    chat.script(() => [delta(markup), end]);
    const page = await open();
    await page.ask("Show me");
    await page.finished();
    expect(await page.messages()).toEqual(["Show me", markup]);
  });
});
