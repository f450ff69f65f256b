import { describe, expect, test } from "@jest/globals";
import { eventually } from "../../support/eventually.ts";
import { makeTestClock } from "../../support/test-clock.ts";
import { useChats } from "./chats.ts";

const chats = useChats();

describe("silence", () => {
  test("of half a minute within an answer leads to another connection", async () => {
    const { fake, bot } = chats();
    const clock = makeTestClock();
    fake.script(() => [
      { event: "delta", data: { content: "one " } },
      { untilFollowed: 2 },
      { event: "delta", data: { content: "two" } },
      { event: "end", data: { stopped: false, usage: null, sources: [] } },
    ]);
    const answer = bot({ clock }).chat("Hi");
    for await (const event of answer) {
      if (event.type !== "delta" || event.content !== "one ") continue;
      // The next read begins after this turn of the event loop.
      setImmediate(async () => {
        await clock.advance(29_999);
        expect(fake.requests()).toHaveLength(1);
        await clock.advance(1);
        await clock.advance(250);
      });
    }
    expect(await answer.text()).toBe("one two");
    expect(fake.requests().map(({ method }) => method)).toEqual(["POST", "GET"]);
  });

  test("before an answer leads to a retry, and is the final error's reason", async () => {
    const { fake, bot } = chats();
    const clock = makeTestClock();
    const reached = bot({ clock });
    await reached.conversation();
    fake.fallSilent();
    const reading = reached.chat("Hi").text();
    const failed = expect(reading).rejects.toMatchObject({ code: "silent", retryable: true });
    for (let tries = 1; tries <= 8; tries += 1) {
      await eventually(() => expect(fake.requests()).toHaveLength(1 + tries));
      await clock.advance(30_000);
      await clock.advance(5_000);
    }
    await failed;
  });

  test("does not count while the caller takes its time with an event", async () => {
    const { fake, bot } = chats();
    const clock = makeTestClock();
    const answer = bot({ clock }).chat("Hi");
    for await (const event of answer) if (event.type === "delta") await clock.advance(60_000);
    expect(await answer.text()).toBe("You said: Hi");
    expect(fake.requests()).toHaveLength(1);
  });
});
