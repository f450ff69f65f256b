import { describe, expect, test } from "@jest/globals";
import { type Bot, createBotClient } from "../../../client/src/index.ts";
import { useChats } from "./chats.ts";

const chats = useChats();

/** Calls as a program without types does, whose environment variables are not set. */
const untyped = (call: (...args: never[]) => unknown, ...args: readonly unknown[]): unknown =>
  Reflect.apply(call, undefined, args);

describe("what cannot be an argument is refused before anything is sent:", () => {
  test.each([
    ["no URL", {}, "url: must be a string, got undefined"],
    ["no token", { url: "https://x.example" }, "token: must be a string or a function, got undefined"],
  ])("%s", (_what, options, message) => {
    expect(() => untyped(createBotClient, options)).toThrow(new TypeError(message));
  });

  test.each([
    [[], "userId: must be a string, got undefined"],
    [[""], "userId: must not be empty"],
  ])("as a bot's id: %j", (args, message) => {
    const { bot } = createBotClient({ url: "https://x.example", token: "t" });
    expect(() => untyped(bot, ...args)).toThrow(new TypeError(message));
  });

  test.each<[string, (bot: Bot) => unknown, string]>([
    ["a turn that never started", (bot) => bot.resume(""), "turn: must not be empty"],
    ["it, for its rating", (bot) => bot.feedback("", "like"), "turn: must not be empty"],
    ["it, for suggestions", (bot) => bot.suggested(""), "turn: must not be empty"],
    ["it, to be stopped", (bot) => bot.stop(""), "turn: must not be empty"],
    [
      "a key",
      (bot) => bot.chat("Hi", { idempotencyKey: "ключ" }),
      "idempotencyKey: must be visible ASCII characters, got a string of 4",
    ],
    [
      "a position",
      (bot) => bot.resume("turn-0", { lastEventId: "→" }),
      "lastEventId: must be visible ASCII characters, got a string of 1",
    ],
  ])("%s", async (_what, call, message) => {
    await expect((async () => call(chats().bot()))()).rejects.toEqual(new TypeError(message));
    expect(chats().fake.requests()).toEqual([]);
  });

  test("no token from the function that gets one", async () => {
    const bot = chats().bot({ token: async () => Reflect.get({}, "token") });
    await expect(bot.chat("Hi").text()).rejects.toEqual(
      new TypeError("token: must be a string, got undefined"),
    );
    expect(chats().fake.requests()).toEqual([]);
  });
});
