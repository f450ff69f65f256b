import { describe, expect, test } from "@jest/globals";
import type { Clock } from "../../../client/src/clock.ts";
import type { AnswerEvent } from "../../../client/src/index.ts";
import { collect } from "../../support/chat/collect.ts";
import { echo, end } from "../../support/chat/fake-chat.ts";
import { eventually } from "../../support/eventually.ts";
import { useChats } from "./chats.ts";

const chats = useChats();
const slowly = (content: string) => [...echo(content, 1_000), end];
const paths = (): string[] =>
  chats()
    .fake.requests()
    .map(({ method, path }) => `${method} ${path.replace("/v1/bots/bot-001", "")}`);

describe("stopping an answer", () => {
  test("ends it with the text so far", async () => {
    chats().fake.script(slowly);
    const answer = chats().bot().chat("one two three");
    const events: AnswerEvent[] = [];
    for await (const event of answer) {
      events.push(event);
      if (event.type === "delta") await answer.stop();
    }
    expect(events.at(-1)).toMatchObject({ type: "end", stopped: true, text: "You " });
    expect(paths()).toEqual(["POST /chat", "POST /turns/turn-0/stop"]);
  });

  test("works before the turn is known, as soon as it is", async () => {
    chats().fake.script(slowly);
    const answer = chats().bot().chat("one two three");
    const reading = collect(answer);
    await answer.stop();
    expect((await reading).at(-1)).toMatchObject({ type: "end", stopped: true });
  });

  test("does not wait for a turn that is never begun", async () => {
    chats().fake.refuse({ status: 400, body: { code: 1002, errorMessage: "content is missing" } });
    const answer = chats().bot().chat("one two three");
    const reading = expect(answer.text()).rejects.toMatchObject({ status: 400, code: 1002 });
    await answer.stop();
    await reading;
    await answer.stop();
    await chats().bot().chat("never read").stop();
    expect(paths()).toEqual(["POST /chat"]);
  });

  test("ends the wait for a busy conversation, and the answer, which is then not requested again", async () => {
    const { fake, bot } = chats();
    fake.refuse({ status: 409, headers: { "retry-after": "2" }, body: { code: 409, errorMessage: "busy" } });
    const isWaiting = Promise.withResolvers<void>();
    /** A clock on which the wait never ends by itself. */
    const clock: Clock = {
      sleep: (ms, signal) => {
        if (ms === 2_250) isWaiting.resolve();
        return new Promise((resolve) => {
          if (signal?.aborted) resolve();
          else signal?.addEventListener("abort", () => resolve());
        });
      },
    };
    const answer = bot({ clock }).chat("one two three");
    const reading = collect(answer);
    await isWaiting.promise;
    await answer.stop();
    expect(await reading).toEqual([
      expect.objectContaining({ type: "retrying", delayMs: 2_250 }),
      {
        type: "end",
        stopped: true,
        paused: false,
        form: null,
        prompt: null,
        truncated: null,
        text: "",
        usage: null,
        sources: [],
      },
    ]);
    expect(paths()).toEqual(["POST /chat"]);
  });

  test("works after the connection was left", async () => {
    chats().fake.script(slowly);
    const answer = chats().bot().chat("one two three");
    for await (const event of answer) if (event.type === "start") break;
    await answer.stop();
    expect((await collect(answer)).at(-1)).toMatchObject({ type: "end", stopped: true });
  });

  test("is retried if the call fails on the way", async () => {
    chats().fake.script(slowly);
    const answer = chats().bot().chat("one two three");
    for await (const event of answer) {
      if (event.type === "start") chats().fake.refuse({ status: 502 }, { status: 503 });
      if (event.type === "start") await answer.stop();
    }
    expect(await answer.text()).toBe("You ");
  });
});

describe("aborting an answer", () => {
  test("ends the reading with the signal's reason, and does not stop the turn", async () => {
    chats().fake.script(slowly);
    const controller = new AbortController();
    const answer = chats().bot().chat("one two three", { signal: controller.signal });
    const reading = (async () => {
      for await (const event of answer) if (event.type === "delta") controller.abort(new Error("gone"));
    })();
    await expect(reading).rejects.toThrow("gone");
    await expect(answer.text()).rejects.toThrow("gone");
    expect(paths()).toEqual(["POST /chat"]);
    await eventually(() => expect(chats().proxy.open()).toBe(0));
  });

  test("sends nothing if it was aborted before", async () => {
    await expect(chats().bot().chat("Hi", { signal: AbortSignal.abort() }).text()).rejects.toMatchObject({
      name: "AbortError",
    });
    expect(paths()).toEqual([]);
  });

  test("does not wait for a token that does not arrive", async () => {
    const controller = new AbortController();
    const token = () => new Promise<string>(() => controller.abort());
    const reading = chats().bot({ token }).chat("Hi", { signal: controller.signal }).text();
    await expect(reading).rejects.toMatchObject({ name: "AbortError" });
  });

  test("does not wait for the next retry", async () => {
    const controller = new AbortController();
    const sleep = (ms: number, signal?: AbortSignal): Promise<void> =>
      new Promise((resolve) => {
        signal?.addEventListener("abort", () => resolve());
        if (ms === 250) controller.abort();
      });
    chats().fake.refuse({ status: 503 });
    const bot = chats().bot({ clock: { sleep }, random: () => 0 });
    await expect(bot.chat("Hi", { signal: controller.signal }).text()).rejects.toMatchObject({
      name: "AbortError",
    });
    expect(paths()).toEqual(["POST /chat"]);
  });

  test("by leaving the loop closes the connection too", async () => {
    chats().fake.script(slowly);
    for await (const event of chats().bot().chat("one two three")) if (event.type === "delta") break;
    await eventually(() => expect(chats().proxy.open()).toBe(0));
    expect(paths()).toEqual(["POST /chat"]);
  });
});
