import { beforeAll, describe, expect, test } from "@jest/globals";
import { type Bot, createBotClient } from "../../../client/src/index.ts";
import { closeAfterAll } from "../close-after.ts";
import { type ChatServer, userToken } from "./chat-server.ts";

/** The client library's history, against the fake chat or a real bridge whose model keeps one. */
export const describeHistoryAt = (name: string, start: () => Promise<ChatServer>): void =>
  describe(`the history of a conversation, at ${name},`, () => {
    let server: ChatServer;
    beforeAll(async () => {
      server = closeAfterAll(await start());
    }, 60_000);

    const botFor = (userId: string): Bot =>
      createBotClient({ url: server.url, token: () => userToken(server, userId) }).bot(server.botId);

    test("is empty before its first question", async () => {
      expect(await botFor("history-none").history()).toEqual({ messages: [], hasMore: false });
    });

    test("has questions and answers, oldest first, with the user's rating", async () => {
      const bot = botFor("history-rated");
      const begun = Date.now();
      const first = bot.chat({ content: "one", conversation: "a trip & more" });
      const answers = [await first.text()];
      answers.push(await bot.chat({ content: "two", conversation: "a trip & more" }).text());
      await bot.feedback(first.turn ?? "", "like");
      const { messages, hasMore } = await bot.history("a trip & more");
      expect(hasMore).toBe(false);
      expect(messages).toMatchObject([
        { question: "one", answer: answers[0], rating: "like", files: [] },
        { question: "two", answer: answers[1], rating: null },
      ]);
      // A model counts in seconds.
      for (const { askedAt } of messages) expect(Math.abs((askedAt ?? 0) - begun)).toBeLessThan(60_000);
      expect(await bot.history()).toEqual({ messages: [], hasMore: false });
    });

    test("comes page by page, newest first", async () => {
      const bot = botFor("history-pages");
      for (const content of ["one", "two", "three"]) await bot.chat(content).text();
      const newest = await bot.history(undefined, { limit: 2 });
      expect(newest).toMatchObject({ messages: [{ question: "two" }, { question: "three" }], hasMore: true });
      const older = await bot.history(undefined, { limit: 2, before: newest.messages[0]?.id });
      expect(older).toMatchObject({ messages: [{ question: "one" }], hasMore: false });
    });
  });
