import { mkdtemp, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeAll, expect, test } from "@jest/globals";
import type { ElementHandle } from "puppeteer-core";
import { type DifySimulator, startDifySimulator } from "../../local/dify/server.ts";
import { closeAfterAll } from "../support/close-after.ts";
import { createBotAt } from "../support/signed-call.ts";
import { findAxeViolations } from "./axe.ts";
import { type ConsolePage, choose, fillIn, press } from "./console-page.ts";
import { type ConsoleRun, startConsoleRun, usePages } from "./console-run.ts";
import { describeInBrowser } from "./in-browser.ts";
import { write } from "./write.ts";

const markdown = `# Weather

The **forecast** for [Berlin](https://example.com/berlin), in \`celsius\`:

| day | degrees |
|---|---:|
| Monday | 21 |

1. first
2. second

\`\`\`js
const answer = 42;
\`\`\`

- [x] measured

![a cloud](https://pictures.example.com/cloud.png)

The mean is $\\frac{a+b}{2}$, at $5 or $10.`;

const attack = [
  "<script>globalThis.attacked = 1</script>",
  '<img src="x" onerror="globalThis.attacked = 2">',
  "[a](javascript:globalThis.attacked=3)",
  "[b](data:text/html,<script>globalThis.attacked=4</script>)",
  '<iframe srcdoc="<script>parent.attacked=5</script>"></iframe>',
  "![c](javascript:globalThis.attacked=6)",
  '<svg onload="globalThis.attacked=7"></svg><style>body{display:none}</style>',
  '<https://example.com/"onmouseover="globalThis.attacked=8>',
  "$\\href{javascript:globalThis.attacked=9}{x}$",
].join("\n\n");

const words = (count: number): string[] => Array.from({ length: count }, (_, at) => `word${at} `);

describeInBrowser("the chat of the console, at a local run,", () => {
  let run: ConsoleRun;
  let dify: DifySimulator;
  const open = usePages(() => run);

  beforeAll(async () => {
    dify = closeAfterAll(await startDifySimulator({ paceMs: 5 }));
    run = await startConsoleRun();
    const chatflow = (apiKey: string, options: object = {}) => ({
      type: "dify_chatflow",
      callbackUrl: dify.url,
      auth: { apiKey },
      options,
    });
    dify.configure("app-markdown", { reply: { kind: "text", text: markdown } });
    dify.configure("app-attack", { reply: { kind: "text", text: attack } });
    dify.configure("app-long", {
      reply: { kind: "deltas", deltas: words(80) },
      paceMs: 50,
    });
    dify.configure("app-thinks", {
      script: [
        { do: "begin" },
        { do: "say", pieces: ["<think>Let me see.</think>\n\n", "Yes."] },
        { do: "finish" },
      ],
    });
    dify.configure("app-form", {
      version: "1.14.2",
      script: [
        { do: "pause", form: "May the refund go out?" },
        { do: "say", pieces: ["It has gone out."] },
        { do: "finish" },
      ],
    });
    await createBotAt(run.bridge.url, "bot-markdown", chatflow("app-markdown"));
    await createBotAt(run.bridge.url, "bot-attack", chatflow("app-attack"));
    await createBotAt(run.bridge.url, "bot-long", chatflow("app-long"));
    await createBotAt(run.bridge.url, "bot-slow", chatflow("app-slow"));
    await createBotAt(run.bridge.url, "bot-thinks", chatflow("app-thinks", { showThinking: true }));
    await createBotAt(run.bridge.url, "bot-form", chatflow("app-form"));
    await createBotAt(run.bridge.url, "bot-silent", {
      type: "webhook",
      callbackUrl: "https://yourserver.com/any",
    });
  }, 60_000);

  const openWith = async (botId: string, userId: string): Promise<ConsolePage> => {
    const page = await open({ hash: `#/chat?bot=${botId}` });
    await fillIn(page.page, "User", userId);
    return page;
  };

  test("shows an answer's Markdown as what it means", async () => {
    const { page, say, finished } = await openWith("bot-markdown", "see-markdown");
    await say("What is the weather?");
    await finished();
    await page.waitForSelector(".chat-answer math mfrac");
    const found = await page.$eval(".chat-answer > .markdown", (answer) => ({
      heading: answer.querySelector("h4")?.textContent,
      bold: answer.querySelector("strong")?.textContent,
      link: answer.querySelector("a")?.getAttribute("href"),
      cells: [...answer.querySelectorAll("td")].map(({ textContent }) => textContent),
      items: [...answer.querySelectorAll("ol > li")].map(({ textContent }) => textContent),
      code: answer.querySelector("pre")?.textContent,
      pictures: answer.querySelectorAll("img").length,
      prices: answer.textContent?.includes("$5 or $10"),
    }));
    expect(found).toEqual({
      heading: "Weather",
      bold: "forecast",
      link: "https://example.com/berlin",
      cells: ["Monday", "21"],
      items: ["first", "second"],
      code: "const answer = 42;",
      pictures: 0,
      prices: true,
    });
  });

  test("has no fault that axe finds, and fits a phone, with an answer, another user and the IM", async () => {
    const { page, say, finished } = await openWith("bot-markdown", "see-axe");
    await say("What is the weather?");
    await finished();
    await press(page, "Add a user");
    await press(page, "Show the IM");
    for (const width of [1280, 768, 360]) {
      await page.setViewport({ width, height: 740 });
      expect(await findAxeViolations(page)).toEqual([]);
      const beyond = await page.$$eval(".chat-pane", (panes) =>
        panes.flatMap((pane) =>
          [...pane.querySelectorAll("header, .chat-log-content, .chat-composer-line")].filter(
            (part) => part.scrollWidth > pane.clientWidth,
          ),
        ),
      );
      expect(beyond).toHaveLength(0);
      expect(
        await page.evaluate(() => document.documentElement.scrollWidth - innerWidth),
      ).toBeLessThanOrEqual(0);
    }
  }, 30_000);

  test("keeps the focus in the field, so that a second click or key does not stop the answer", async () => {
    const { page, answer, finished } = await openWith("bot-markdown", "see-focus");
    await fillIn(page, "Message to bot-markdown", "What is the weather?");
    await press(page, "Send");
    await page.keyboard.press("Enter");
    await finished();
    expect(await answer()).toContain("at $5 or $10.");
    expect(await page.evaluate(() => document.activeElement?.tagName)).toBe("TEXTAREA");
  });

  test("keeps what is written in a pane when another one is closed", async () => {
    const { page } = await openWith("bot-demo", "see-close");
    await press(page, "Add a user");
    const [, field] = await page.$$(".chat-composer textarea");
    await field?.type("A draft");
    await press(page, "Close see-close and bot-demo");
    await page.waitForFunction(() => document.querySelectorAll(".chat-pane").length === 1);
    const left = await page.$eval(".chat-pane", (pane) => ({
      name: pane.getAttribute("aria-label"),
      draft: pane.querySelector("textarea")?.value,
    }));
    expect(left).toEqual({ name: "user-002 and bot-demo", draft: "A draft" });
  });

  test("sends files with a question, and says why one cannot be sent", async () => {
    const { page, say, finished, shows } = await openWith("bot-demo", "see-files");
    const folder = await mkdtemp(join(tmpdir(), "console-"));
    const paths = ["hours.txt", "program.exe"].map((name) => join(folder, name));
    for (const path of paths) await writeFile(path, "9 to 5");
    const chooser = await page.$("input[type=file]");
    await (chooser as ElementHandle<HTMLInputElement>).uploadFile(...paths);
    await shows("program.exe: The bot's app does not accept files of this type.");
    await press(page, "Remove program.exe");
    await page.waitForFunction(() => document.querySelectorAll(".chat-composer li").length === 1);
    await say("When is the shop open?");
    await finished();
    expect(await page.$eval(".chat-question .hint", ({ textContent }) => textContent)).toBe("hours.txt");
    expect(await page.$(".chat-composer li")).toBeNull();
  });

  test("loads a picture only when it is asked for", async () => {
    const { page, say, finished } = await openWith("bot-markdown", "see-picture");
    const hosts = new Set<string>();
    page.on("request", (request) => hosts.add(new URL(request.url()).host));
    await say("What is the weather?");
    await finished();
    expect([...hosts]).not.toContain("pictures.example.com");
    await press(page, "Show the picture from pictures.example.com");
    await page.waitForSelector('.chat-answer img[alt="a cloud"]');
    expect([...hosts]).toContain("pictures.example.com");
  });

  test("runs and loads nothing that an answer brings", async () => {
    const { page, say, finished } = await openWith("bot-attack", "see-attack");
    await say("Attack");
    await finished();
    const found = await page.$eval(".chat-answer > .markdown", (answer) => ({
      elements: answer.querySelectorAll("script, img, iframe, svg, style, [onerror], [onload]").length,
      links: [...answer.querySelectorAll("a")].map(({ protocol }) => protocol),
      isVisible: answer.checkVisibility(),
    }));
    // What looks like an address of a web page is a link to it.
    expect(found).toEqual({ elements: 0, links: ["https:"], isVisible: true });
    expect(await page.evaluate(() => "attacked" in globalThis)).toBe(false);
  });

  test("keeps two users' conversations apart, side by side", async () => {
    const { page, finished } = await openWith("bot-demo", "user-ann");
    await press(page, "Add a user");
    const say = async (pane: number, text: string): Promise<void> => {
      const [...fields] = await page.$$(".chat-composer textarea");
      await fields[pane]?.type(text);
      await page.keyboard.press("Enter");
    };
    await say(0, "I am Ann");
    await say(1, "I am the second");
    await page.waitForFunction(() => document.querySelectorAll(".chat-answer.done").length === 2);
    await finished();
    const panes = await page.$$eval(".chat-pane", (all) =>
      all.map((pane) => ({ name: pane.getAttribute("aria-label"), text: pane.textContent ?? "" })),
    );
    expect(panes.map(({ name }) => name)).toEqual(["user-ann and bot-demo", "user-002 and bot-demo"]);
    expect(panes[0]?.text).toContain("Hello user-ann");
    expect(panes[0]?.text).not.toContain("I am the second");
    expect(panes[1]?.text).toContain("Hello user-002");
  });

  test("shows what the IM gets, chunk by chunk, in a private chat and for a mention in a group", async () => {
    const { page, shows } = await openWith("bot-demo", "user-im");
    await press(page, "Show the IM");
    const field = "[aria-label=IM] .chat-composer textarea";
    await write(page, field, "Hello from the IM, in several words, please");
    await page.keyboard.press("Enter");
    await page.waitForFunction(
      () => document.querySelectorAll("[aria-label=IM] .chat-chunks span").length > 1,
    );
    await shows("You said: Hello from the IM");

    await choose(page, "Channel", "Group");
    await choose(page, "Mention", "Demo (bot-demo)");
    await write(page, field, "Hello group");
    await page.keyboard.press("Enter");
    await shows("this is Demo! You said: Hello group");
  });

  test("continues an answer after a reload, and shows what was said before", async () => {
    const { page, say, answer, finished, hasSaid } = await openWith("bot-long", "see-reload");
    await say("Tell me everything");
    await hasSaid(100);
    await page.reload();
    await hasSaid(200);
    expect(await page.$$(".chat-question")).toHaveLength(1);
    await finished();
    expect((await answer()).split("word7 ")).toHaveLength(2);
    expect((await answer()).trim().endsWith("word79")).toBe(true);
    await page.reload();
    await page.waitForSelector(".chat-answer.done");
    expect(await page.$$(".chat-question")).toHaveLength(1);
    expect((await answer()).trim().endsWith("word79")).toBe(true);
  }, 60_000);

  test("folds the model's thoughts, and keeps them out of the answer", async () => {
    const { page, say, answer, finished } = await openWith("bot-thinks", "see-thoughts");
    await say("Is it so?");
    await finished();
    expect((await answer()).trim()).toBe("Yes.");
    const thoughts = await page.$eval(".chat-reasoning", (details) => ({
      isOpen: (details as HTMLDetailsElement).open,
      text: details.querySelector(".markdown")?.textContent?.trim(),
    }));
    expect(thoughts).toEqual({ isOpen: false, text: "Let me see." });
  });

  test("shows the form of a paused answer, and the rest once it is filled in", async () => {
    const { page, say, finished, shows } = await openWith("bot-form", "see-form");
    await say("Refund me");
    await finished();
    await shows("May the refund go out?");
    const [action] = await page.$$(".chat-form button");
    await action?.click();
    await shows("It has gone out.");
  });

  test("keeps a named conversation apart from the default one", async () => {
    const { page, say, answer, finished } = await openWith("bot-demo", "see-names");
    await say("First");
    await finished();
    await choose(page, "Conversation", "New …");
    await fillIn(page, "Name", "trip");
    await press(page, "Create");
    await page.waitForFunction(() => document.querySelector(".chat-answer") === null);
    await say("Second");
    await finished();
    expect(await answer()).not.toContain("before that you said");
    await choose(page, "Conversation", "Default, as in the IM");
    await page.waitForFunction(() => document.body.innerText.includes("You said: First"));
  });

  test.each([
    ["bot-silent", "The bot has no enabled integration that can answer. Add one on the page Bots."],
    ["bot-nowhere", "There is no bot with this ID."],
  ])("says in plain words why %s does not answer", async (botId, sentence) => {
    const { say, finished, notes } = await openWith(botId, "see-nothing");
    await say("Hello");
    await finished();
    expect(await notes()).toEqual([sentence]);
  });

  test("says what it waits for while the user's other answer is in progress", async () => {
    const first = await openWith("bot-slow", "see-busy");
    const second = await openWith("bot-slow", "see-busy");
    dify.configure("app-slow", { reply: { kind: "deltas", deltas: words(1000) }, paceMs: 50 });
    await first.say("One");
    await first.hasSaid(30);
    dify.configure("app-slow", { reply: { kind: "text", text: "Here you are." } });
    await second.say("Two");
    await second.shows("Waiting for the bot");
    await press(first.page, "Stop");
    await first.finished();
    await second.finished();
    expect(await second.answer()).toContain("Here you are.");
  }, 60_000);

  test("speaks Chinese to those whose browser does, and remembers another choice", async () => {
    const { page, say, finished, shows } = await open({ hash: "#/chat?bot=bot-nowhere", language: "zh-CN" });
    await shows("聊天");
    expect(await page.$eval("html", ({ lang }) => lang)).toBe("zh");
    await say("你好");
    await finished();
    await shows("没有使用此 ID 的机器人。");
    await page.click(".menu summary");
    await page.select(".menu select", "en");
    await shows("There is no bot with this ID.");
    await page.reload();
    await shows("Chat");
  });
});
