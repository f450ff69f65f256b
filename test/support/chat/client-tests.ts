import { beforeAll, describe, expect, test } from "@jest/globals";
import { type AnswerEvent, type Bot, createBotClient, type Fetch } from "../../../client/src/index.ts";
import { closeAfterAll } from "../close-after.ts";
import { type ChatServer, expireTokens, longQuestion, userToken } from "./chat-server.ts";
import { collect } from "./collect.ts";
import { type CuttingProxy, startCuttingProxy } from "./cutting-proxy.ts";

/** The client library's promises, against the fake chat or a real bridge. */
export const describeClientAt = (name: string, start: () => Promise<ChatServer>): void =>
  describe(`the client library, at ${name},`, () => {
    let server: ChatServer;
    let proxy: CuttingProxy;
    beforeAll(async () => {
      server = closeAfterAll(await start());
      proxy = closeAfterAll(await startCuttingProxy(server.url));
    }, 60_000);

    /** The bot, through the proxy, for a user of the test's own. */
    const botFor = (userId: string): Bot =>
      createBotClient({ url: proxy.url, token: () => userToken(server, userId) }).bot(server.botId);

    test("streams an answer piece by piece", async () => {
      const events = await collect(botFor("walk-stream").chat(longQuestion));
      const types = events.map(({ type }) => type);
      expect(types.length).toBeGreaterThan(10);
      expect(types).toEqual(["start", ...types.slice(1, -1).map(() => "delta"), "end"]);
      expect(events.at(-1)).toMatchObject({ stopped: false, text: expect.stringContaining(longQuestion) });
    });

    test("loses nothing and repeats nothing if the connection breaks", async () => {
      const bot = botFor("walk-cut");
      const answer = bot.chat(longQuestion);
      let seen = 0;
      for await (const event of answer) {
        seen += event.type === "delta" ? 1 : 0;
        if (event.type === "delta" && seen % 8 === 0) proxy.cutNow();
      }
      const text = await answer.text();
      expect(text.endsWith(longQuestion)).toBe(true);
      expect(await bot.resume(answer.turn ?? "").text()).toBe(text);
    });

    test.each(["request", "head"] as const)(
      "begins one turn if the first call is lost at its %s",
      async (cut) => {
        const bot = botFor(`walk-lost-${cut}`);
        proxy.cut(cut);
        expect(await bot.chat("Hello").text()).toContain("Hello");
        expect(await bot.conversation()).toMatchObject({ turns: 1 });
      },
    );

    test("stops an answer, which ends with the text so far", async () => {
      const events: AnswerEvent[] = [];
      const answer = botFor("walk-stop").chat(longQuestion);
      for await (const event of answer) {
        events.push(event);
        if (events.length === 4) await answer.stop();
      }
      expect(events.at(-1)).toMatchObject({ type: "end", stopped: true });
      expect(await answer.text()).not.toContain(longQuestion);
    });

    test("continues after a loop was left", async () => {
      const answer = botFor("walk-leave").chat(longQuestion);
      let seen = 0;
      for await (const _ of answer) {
        seen += 1;
        if (seen === 5) break;
      }
      expect((await answer.text()).endsWith(longQuestion)).toBe(true);
    });

    test("gets a new token when the old one has expired", async () => {
      const bot = botFor("walk-token");
      await bot.chat("Hello").text();
      await expireTokens(server, "walk-token");
      expect(await bot.chat("Hello again").text()).toContain("Hello again");
    });

    test("names the request that began an answer", async () => {
      const answer = botFor("walk-request").chat("Hello");
      await answer.text();
      expect(answer.requestId).toMatch(/^[\x21-\x7e]{1,36}$/);
      await expect(botFor("walk-request").chat("").text()).rejects.toMatchObject({
        requestId: expect.stringMatching(/^[\x21-\x7e]{1,36}$/),
      });
    });

    test("reads an answer whole if fetch has no streams", async () => {
      const fetchWhole: Fetch = async (url, init) => {
        const response = await fetch(url, init);
        const text = await response.text();
        return Object.defineProperty(new Response(text, response), "body", { value: undefined });
      };
      const token = await userToken(server, "walk-whole");
      const bot = createBotClient({ url: server.url, token, fetch: fetchWhole }).bot(server.botId);
      expect((await bot.chat(longQuestion).text()).endsWith(longQuestion)).toBe(true);
    });

    test("forgets a conversation", async () => {
      const bot = botFor("walk-forget");
      await bot.chat({ content: "Hello", conversation: "trip" }).text();
      expect(await bot.conversation("trip")).toMatchObject({ conversation: "trip", turns: 1 });
      await bot.forget("trip");
      expect(await bot.conversation("trip")).toBeUndefined();
    });

    test.each([
      [
        "a wrong token",
        (): Bot => createBotClient({ url: server.url, token: "wrong" }).bot(server.botId),
        401,
      ],
      [
        "an unknown bot",
        (): Bot =>
          createBotClient({ url: server.url, token: () => userToken(server, "walk-no") }).bot("bot-nowhere"),
        404,
      ],
    ])("reports %s", async (_what, bot, status) => {
      await expect(bot().chat("Hello").text()).rejects.toMatchObject({ status, retryable: false });
    });

    test.each([
      ["conversation", (bot: Bot) => bot.conversation()],
      ["history", (bot: Bot) => bot.history()],
    ])("does not take an unknown bot's %s for one that has not begun", async (_what, call) => {
      const token = await userToken(server, "walk-nobody");
      const bot = createBotClient({ url: server.url, token }).bot("bot-nowhere");
      await expect(call(bot)).rejects.toMatchObject({
        status: 404,
        message: expect.stringMatching(/^userId:/),
      });
    });

    test("reports an empty question", async () => {
      await expect(botFor("walk-empty").chat("").text()).rejects.toMatchObject({ status: 400 });
    });
  });
