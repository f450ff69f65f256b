import { finished } from "node:stream/promises";
import { describe, expect, test } from "@jest/globals";
import { makeImFeed } from "../../../../local/console/im-feed.ts";
import type { ImEvent } from "../../../../local/im/messages.ts";
import { makeTestClock } from "../../../support/test-clock.ts";

const eventOf = (messageUID: string, text: string, added = text): ImEvent => ({
  message: {
    messageUID,
    fromUserId: "bot-7",
    channelType: "PERSON",
    targetId: "u1",
    objectName: "RC:StreamMsg",
    text,
    chunks: [],
    complete: false,
    completeReason: undefined,
  },
  added,
});

const openFeed = () => {
  const clock = makeTestClock();
  const feed = makeImFeed(clock);
  const closed = new AbortController();
  const open = () => {
    const stream = feed.open(closed.signal).setEncoding("utf8");
    const read = (): string => stream.read() ?? "";
    return { stream, read };
  };
  return { clock, feed, closed, open };
};

const messagesIn = (text: string): ImEvent[] =>
  [...text.matchAll(/^data: (.*)$/gm)].map(([, json = ""]) => JSON.parse(json));

describe("the feed of the IM's messages", () => {
  test("begins with the last 50 messages, each in its current state", () => {
    const { feed, open } = openFeed();
    for (let n = 1; n <= 60; n += 1) feed.record(eventOf(`m${n}`, "Hel"));
    feed.record(eventOf("m60", "Hello", "lo"));
    const first = messagesIn(open().read());
    expect(first).toHaveLength(50);
    expect(first[0]).toMatchObject({ message: { messageUID: "m11" }, added: "Hel" });
    expect(first.at(-1)).toMatchObject({ message: { messageUID: "m60" }, added: "Hello" });
  });

  test("shows every reader each piece as it arrives", () => {
    const { feed, open } = openFeed();
    const [one, other] = [open(), open()];
    one.read();
    other.read();
    feed.record(eventOf("m1", "Hel"));
    expect(messagesIn(one.read())).toMatchObject([{ added: "Hel" }]);
    feed.record(eventOf("m1", "Hello", "lo"));
    expect(messagesIn(one.read())).toMatchObject([{ message: { text: "Hello" }, added: "lo" }]);
    expect(messagesIn(other.read())).toHaveLength(2);
  });

  test("pings every ten seconds, until the server closes", async () => {
    const { clock, closed, open } = openFeed();
    const { stream, read } = open();
    read();
    await clock.advance(20_000);
    expect(read()).toBe(": ping\n\n: ping\n\n");
    closed.abort();
    await clock.advance(20_000);
    expect(read()).toBe("");
    await finished(stream);
  });

  test("ends for a reader that has left, and goes on for others", async () => {
    const { clock, feed, open } = openFeed();
    const [gone, other] = [open(), open()];
    other.read();
    gone.stream.destroy();
    await finished(gone.stream).catch(() => undefined);
    expect(gone.stream).toMatchObject({ destroyed: true, writableEnded: true });
    feed.record(eventOf("m1", "Hello"));
    await clock.advance(10_000);
    expect(other.read()).toContain("Hello");
  });
});
