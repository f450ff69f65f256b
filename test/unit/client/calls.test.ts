import { describe, expect, test } from "@jest/globals";
import { type Bot, createBotClient } from "../../../client/src/index.ts";
import { userToken } from "../../support/chat/chat-server.ts";
import { startFakeChat } from "../../support/chat/fake-chat.ts";
import { closeAfterEach } from "../../support/close-after.ts";
import { eventually } from "../../support/eventually.ts";
import { makeTestClock } from "../../support/test-clock.ts";
import { useChats } from "./chats.ts";

const chats = useChats();

describe("apart from answers,", () => {
  test("a conversation can be read and forgotten, with a name or without one", async () => {
    const bot = chats().bot();
    expect(await bot.conversation()).toBeUndefined();
    await bot.chat("Hi").text();
    await bot.chat({ content: "Hi", conversation: "a trip & more" }).text();
    expect(await bot.conversation()).toMatchObject({ conversation: null, turns: 1 });
    const trip = await bot.conversation("a trip & more");
    expect(trip).toMatchObject({ conversation: "a trip & more", turns: 1 });
    expect((trip?.expiresAt ?? 0) - (trip?.startedAt ?? 0)).toBe(86_400_000);
    await bot.forget("a trip & more");
    expect(await bot.conversation("a trip & more")).toBeUndefined();
    expect(await bot.conversation()).toBeDefined();
    await bot.forget();
    expect(await bot.conversation()).toBeUndefined();
  });

  test("an answer can be rated, with a note or without", async () => {
    const { fake, bot } = chats();
    const answer = bot().chat("Hi");
    await answer.text();
    await bot().feedback(answer.turn ?? "", "dislike", "too short");
    await bot().feedback(answer.turn ?? "", null);
    const [, first, second] = fake.requests();
    expect(first?.path).toBe("/v1/bots/bot-001/turns/turn-0/feedback");
    expect(JSON.parse(first?.body ?? "")).toEqual({ rating: "dislike", content: "too short" });
    expect(JSON.parse(second?.body ?? "")).toEqual({ rating: null });
  });

  test("suggested questions are returned if the bot has any", async () => {
    const fake = closeAfterEach(await startFakeChat({ botId: "a bot/1", suggested: ["Why?", "How?"] }));
    const token = await userToken(fake, "u7");
    const bot = createBotClient({ url: `${fake.url}/`, token }).bot(fake.botId);
    const answer = bot.chat("Hi");
    await answer.text();
    expect(await bot.suggested(answer.turn ?? "")).toEqual(["Why?", "How?"]);
    expect(fake.requests()[1]?.path).toBe("/v1/bots/a%20bot%2F1/turns/turn-0/suggested");
  });

  test("a file can be uploaded, and asked about", async () => {
    const { fake, bot } = chats();
    const file = await bot().upload(new File(["pixels"], "café.png", { type: "image/png" }));
    expect(file).toEqual({ type: "image", id: "file-0" });
    expect(fake.files()).toEqual([{ id: "file-0", type: "image", name: "café.png", content: "pixels" }]);
    expect(
      await bot()
        .chat({ content: "What is this?", files: [file] })
        .text(),
    ).toContain("What is this?");
    const options = { name: "notes.txt", integration: "dify chat" };
    expect(await bot().upload(new Blob(["words"], { type: "text/plain" }), options)).toEqual({
      type: "document",
      id: "file-1",
    });
    expect(fake.files()[1]).toMatchObject({ name: "notes.txt", content: "words" });
    expect(fake.requests().at(-1)?.path).toBe("/v1/bots/bot-001/files?integration=dify%20chat");
  });

  test("an upload may take minutes", async () => {
    const { fake, bot } = chats();
    const clock = makeTestClock();
    const reached = bot({ clock });
    await reached.conversation();
    fake.fallSilent();
    const controller = new AbortController();
    const uploading = reached.upload(new Blob(["pixels"]), { signal: controller.signal });
    const failed = expect(uploading).rejects.toMatchObject({ name: "AbortError" });
    await eventually(() => expect(fake.requests()).toHaveLength(2));
    await clock.advance(5 * 60_000 - 1);
    expect(fake.requests()).toHaveLength(2);
    await clock.advance(1_000);
    await eventually(() => expect(fake.requests()).toHaveLength(3));
    controller.abort();
    await failed;
  });

  const malformed = { code: "bad_answer", retryable: false };
  test.each([
    ["conversation", { code: 200, startedAt: "yesterday" }, (bot: Bot) => bot.conversation(), malformed],
    ["suggestions", { code: 200, suggested: "none" }, (bot: Bot) => bot.suggested("turn-0"), []],
    ["messages", { messages: null }, (bot: Bot) => bot.history(), malformed],
    ["messages", { messages: [{ id: "1", question: "Hi" }] }, (bot: Bot) => bot.history(), malformed],
    ["file", { file: { type: "image" } }, (bot: Bot) => bot.upload(new Blob([])), malformed],
    ["file", { file: { type: "hologram", id: "1" } }, (bot: Bot) => bot.upload(new Blob([])), malformed],
  ])("a broken reply about the %s breaks nothing else: %j", async (_what, body, call, expected) => {
    const { fake, bot } = chats();
    fake.refuse({ status: 200, body });
    const settled = await call(bot()).catch((error: unknown) => error);
    expect(settled).toEqual(Array.isArray(expected) ? expected : expect.objectContaining(expected));
  });

  test("a message of the history may lack what a later bridge names otherwise", async () => {
    const { fake, bot } = chats();
    const message = { id: "1", question: "Hi", answer: "Hello", askedAt: 1 };
    const files = [{ type: "image", url: "https://example.com/a.png" }, { url: "javascript:alert(1)" }];
    fake.refuse({ status: 200, body: { messages: [{ ...message, turn: 1, rating: "meh", files }] } });
    expect(await bot().history()).toEqual({
      messages: [
        {
          ...message,
          turn: null,
          rating: null,
          files: [{ type: "image", url: "https://example.com/a.png", name: null }],
        },
      ],
      hasMore: false,
    });
  });

  test("a failed call has the id of its request, and the bridge's code and message", async () => {
    await expect(chats().bot().feedback("turn-9", "like")).rejects.toMatchObject({
      requestId: "request-0",
      status: 404,
      code: 404,
      message: "turn: no such turn for this user and bot",
    });
  });
});
