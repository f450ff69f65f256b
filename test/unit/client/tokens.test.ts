import { describe, expect, test } from "@jest/globals";
import { expireTokens, userToken } from "../../support/chat/chat-server.ts";
import { useChats } from "./chats.ts";

const chats = useChats();

/** Gets tokens as a page does from its own server, and counts them. */
const tokens = (given: readonly string[] = []) => {
  const left = [...given];
  let asked = 0;
  return {
    asked: () => asked,
    token: async (): Promise<string> => {
      asked += 1;
      return left.shift() ?? userToken(chats().fake, "u7");
    },
  };
};

describe("the user's token", () => {
  test("is requested once, and used for every call", async () => {
    const source = tokens();
    const bot = chats().bot(source);
    await Promise.all([bot.chat("Hi").text(), bot.chat("Hello").text(), bot.conversation("none")]);
    await bot.chat("Hi again").text();
    expect(source.asked()).toBe(1);
  });

  test("is requested again when it is rejected, and the call is repeated", async () => {
    const source = tokens();
    const bot = chats().bot(source);
    await bot.chat("Hi").text();
    await expireTokens(chats().fake, "u7");
    expect(await bot.chat("Hi again").text()).toBe("You said: Hi again");
    expect(source.asked()).toBe(2);
    const [, refused, again] = chats().fake.requests();
    expect(again?.headers["idempotency-key"]).toBe(refused?.headers["idempotency-key"]);
  });

  test("is requested only once more by calls that are rejected together", async () => {
    const source = tokens(["expired"]);
    const bot = chats().bot(source);
    await Promise.all([bot.chat("Hi").text(), bot.chat("Hello").text(), bot.chat("Hey").text()]);
    expect(source.asked()).toBe(2);
  });

  test("is also requested again in the middle of an answer", async () => {
    const { fake, proxy, bot } = chats();
    const source = tokens();
    fake.script(() => [
      { event: "delta", data: { content: "one " } },
      { untilFollowed: 2 },
      { event: "delta", data: { content: "two" } },
      { event: "end", data: { stopped: false, usage: null, sources: [] } },
    ]);
    const answer = bot(source).chat("Hi");
    for await (const event of answer) {
      if (event.type !== "delta" || event.content !== "one ") continue;
      await expireTokens(fake, "u7");
      proxy.cutNow();
    }
    expect(await answer.text()).toBe("one two");
    expect(source.asked()).toBe(2);
  });

  test("that is rejected twice is reported to the caller", async () => {
    const source = tokens(["expired", "expired"]);
    await expect(chats().bot(source).chat("Hi").text()).rejects.toMatchObject({
      status: 401,
      code: 1004,
      retryable: false,
    });
    expect(source.asked()).toBe(2);
  });

  test.each(["", "<html>\nLog in</html>", "トークン"])(
    "that cannot be one is refused before it is sent: %j",
    async (token) => {
      const { fake, bot } = chats();
      await expect(bot({ token }).chat("Hi").text()).rejects.toEqual(
        new TypeError(`token: must be visible ASCII characters, got a string of ${token.length}`),
      );
      expect(fake.requests()).toEqual([]);
    },
  );

  test("that is a plain string is not requested", async () => {
    const bot = chats().bot({ token: "expired" });
    await expect(bot.chat("Hi").text()).rejects.toMatchObject({ status: 401 });
    expect(chats().fake.requests()).toHaveLength(1);
  });

  test("that could not be obtained fails the call with the function's error, and is requested by the next call", async () => {
    const { fake, bot } = chats();
    let isDown = true;
    const flaky = bot({
      token: () => {
        if (isDown) throw new Error("please log in");
        return userToken(fake, "u7");
      },
    });
    await expect(flaky.chat("Hi").text()).rejects.toThrow("please log in");
    isDown = false;
    expect(await flaky.chat("Hi").text()).toBe("You said: Hi");
  });
});
