import { describe, expect, test } from "@jest/globals";
import type { Fetch } from "../../../client/src/index.ts";
import { collect } from "../../support/chat/collect.ts";
import { echo, end } from "../../support/chat/fake-chat.ts";
import { eventually } from "../../support/eventually.ts";
import { makeTestClock } from "../../support/test-clock.ts";
import { useChats } from "./chats.ts";

const chats = useChats();

/** As React Native's: it resolves when the whole body is there, and the response has no stream. */
const wholeFetch: Fetch = async (url, init) => {
  const response = await fetch(url, init);
  const text = await response.text();
  const whole = new Response(response.status === 204 ? null : text, response);
  Object.defineProperty(whole, "body", { value: undefined });
  return whole;
};

describe("where fetch has no streams,", () => {
  test("an answer arrives whole, with all its events", async () => {
    const events = await collect(chats().bot({ fetch: wholeFetch }).chat("Hi"));
    expect(events.map(({ type }) => type)).toEqual(["start", "delta", "delta", "delta", "end"]);
    expect(events.at(-1)).toMatchObject({ text: "You said: Hi" });
    expect(chats().fake.requests()).toHaveLength(1);
  });

  test("an answer can be looped over without Symbol.asyncIterator, by the name that Babel then uses", async () => {
    const loop: unknown = Reflect.get(chats().bot({ fetch: wholeFetch }).chat("Hi"), "@@asyncIterator");
    if (typeof loop !== "function") throw new Error("there is no loop");
    const types: string[] = [];
    for await (const { type } of loop()) types.push(type);
    expect(types).toEqual(["start", "delta", "delta", "delta", "end"]);
  });

  test("other calls and errors work too", async () => {
    const bot = chats().bot({ fetch: wholeFetch });
    expect(await bot.conversation()).toBeUndefined();
    await expect(bot.chat("").text()).rejects.toMatchObject({ status: 400, code: 1002 });
  });

  test("an answer is repeated whole if the connection breaks, without beginning another turn", async () => {
    const { fake, proxy, bot } = chats();
    proxy.cut({ afterBytes: 100 });
    expect(await bot({ fetch: wholeFetch }).chat("one two three").text()).toBe("You said: one two three");
    expect(fake.turns()).toBe(1);
  });

  test("an answer whose stream ends early is resumed from the last event", async () => {
    const { fake, bot } = chats();
    let isFirst = true;
    const halved: Fetch = async (url, init) => {
      const response = await wholeFetch(url, init);
      if (!isFirst) return response;
      isFirst = false;
      const text = await response.text();
      const half = new Response(text.slice(0, text.indexOf("event: end")), response);
      Object.defineProperty(half, "body", { value: null });
      return half;
    };
    const answer = bot({ fetch: halved }).chat("one two three");
    expect((await collect(answer)).filter(({ type }) => type === "delta")).toHaveLength(5);
    expect(await answer.text()).toBe("You said: one two three");
    expect(fake.requests().map(({ method }) => method)).toEqual(["POST", "GET"]);
  });

  test("an answer may take minutes, also the first of a client", async () => {
    const { fake, bot } = chats();
    const clock = makeTestClock();
    const probed = Promise.withResolvers<void>();
    const finished = Promise.withResolvers<void>();
    fake.script((content) => [...echo(content), end]);
    const slow: Fetch = async (url, init) => {
      const response = await wholeFetch(url, init);
      if (url.endsWith("/chat")) await finished.promise;
      else setImmediate(probed.resolve);
      return response;
    };
    const reading = bot({ fetch: slow, clock }).chat("Hi").text();
    await eventually(() => expect(fake.requests()).toHaveLength(1));
    await clock.advance(1_500);
    // The request that shows that the bridge is there, and that fetch has no streams.
    await probed.promise;
    await clock.advance(13 * 60_000);
    finished.resolve();
    expect(await reading).toBe("You said: Hi");
    expect(fake.requests()).toHaveLength(2);
  });

  test("an answer that never comes is given up after 15 minutes, and asked for again", async () => {
    const { fake, bot } = chats();
    const clock = makeTestClock();
    const reached = bot({ fetch: wholeFetch, clock });
    await reached.conversation();
    fake.fallSilent();
    const controller = new AbortController();
    const reading = reached.chat("Hi", { signal: controller.signal }).text();
    await eventually(() => expect(fake.requests()).toHaveLength(2));
    await clock.advance(15 * 60_000 - 1);
    expect(fake.requests()).toHaveLength(2);
    await clock.advance(1);
    await clock.advance(500);
    await eventually(() => expect(fake.requests()).toHaveLength(3));
    controller.abort();
    await expect(reading).rejects.toMatchObject({ name: "AbortError" });
  });
});
