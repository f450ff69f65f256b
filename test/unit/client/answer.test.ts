import { describe, expect, test } from "@jest/globals";
import { type AnswerEvent, BotError } from "../../../client/src/index.ts";
import { collect } from "../../support/chat/collect.ts";
import { echo, end } from "../../support/chat/fake-chat.ts";
import type { Step } from "../../support/chat/fake-turn.ts";
import { useChats } from "./chats.ts";

const chats = useChats();

const delta = (content: string): Step => ({ event: "delta", data: { content } });
const failure: Step = {
  event: "error",
  data: { code: "timeout", message: "the bot took too long", retryable: true },
};

const notPaused = { paused: false, form: null, prompt: null };

describe("an answer", () => {
  test("arrives piece by piece, with all of its text so far, and ends with its usage", async () => {
    const usage = { total_tokens: 7 };
    const sources = [{ title: "Manual" }];
    chats().fake.script(() => [
      delta("Hel"),
      delta("lo 你好"),
      { event: "end", data: { stopped: false, usage, sources } },
    ]);
    expect(await collect(chats().bot().chat({ content: "Hi", conversation: "trip" }))).toEqual([
      { type: "start", turn: "turn-0", conversation: "trip" },
      { type: "delta", content: "Hel", text: "Hel" },
      { type: "delta", content: "lo 你好", text: "Hello 你好" },
      { type: "end", text: "Hello 你好", stopped: false, ...notPaused, truncated: null, usage, sources },
    ]);
  });

  test("can be read whole, and again once it has been read", async () => {
    const answer = chats().bot().chat("Hi");
    expect(await answer.text()).toBe("You said: Hi");
    expect(await answer.text()).toBe("You said: Hi");
    expect(answer.turn).toBe("turn-0");
    expect(chats().fake.requests()).toHaveLength(1);
  });

  test("sends the question as it was given, with a new idempotency key", async () => {
    const question = {
      content: "What is this?",
      conversation: "photos",
      integration: "dify_chat",
      files: [{ type: "image", url: "https://example.com/a.png" }],
    } as const;
    await chats().bot().chat(question).text();
    await chats().bot().chat(question).text();
    const [one, other] = chats().fake.requests();
    expect(JSON.parse(one?.body ?? "")).toEqual(question);
    expect(one?.headers).toMatchObject({ accept: "text/event-stream", "content-type": "application/json" });
    expect(one?.headers["idempotency-key"]).toMatch(/^[0-9a-f]{32}$/);
    expect(one?.headers["idempotency-key"]).not.toBe(other?.headers["idempotency-key"]);
  });

  test("is the same turn with a key that the caller provides", async () => {
    const options = { idempotencyKey: "order-7" };
    await chats().bot().chat("Hi", options).text();
    const again = chats().bot().chat("Hi", options);
    expect(await again.text()).toBe("You said: Hi");
    expect(again.turn).toBe("turn-0");
  });

  test("removes what the bot replaces", async () => {
    chats().fake.script(() => [
      delta("something rude"),
      { event: "replace", data: { content: "I would rather not." } },
      delta(" Sorry."),
      end,
    ]);
    const events = await collect(chats().bot().chat("Hi"));
    expect(events).toMatchObject([
      {},
      {},
      { type: "replace", content: "I would rather not.", text: "I would rather not.", all: false },
      { type: "delta", text: "I would rather not. Sorry." },
      { type: "end", text: "I would rather not. Sorry." },
    ]);
  });

  test("drops reasoning, too, when the answer begins again", async () => {
    const thinks = (content: string) => ({ event: "reasoning", data: { content } });
    chats().fake.script(() => [
      thinks("Hm"),
      { event: "replace", data: { content: "", all: true } },
      thinks("Well"),
      delta("Yes."),
      end,
    ]);
    const events = await collect(
      chats()
        .bot()
        .chat("Hi", { parts: ["reasoning"] }),
    );
    expect(events).toMatchObject([
      {},
      { type: "reasoning", reasoning: "Hm" },
      { type: "replace", text: "", all: true },
      { type: "reasoning", reasoning: "Well" },
      { type: "delta", text: "Yes." },
      { type: "end", text: "Yes." },
    ]);
  });

  test("ignores kinds of events that a later bridge may send", async () => {
    chats().fake.script(() => [
      { event: "thought", raw: "not even JSON" },
      delta("Hi"),
      { event: "tool", data: {} },
      end,
    ]);
    const events = await collect(chats().bot().chat("Hi"));
    expect(events.map(({ type }) => type)).toEqual(["start", "delta", "end"]);
  });

  test("says when the model ended early, and why", async () => {
    const data = { stopped: false, truncated: "length", usage: null, sources: [] };
    chats().fake.script(() => [{ event: "end", data }]);
    expect((await collect(chats().bot().chat("Hi"))).at(-1)).toMatchObject({ truncated: "length" });
  });

  test("says when the bot waits for a person", async () => {
    const data = { stopped: false, paused: true, usage: null, sources: [] };
    chats().fake.script(() => [{ event: "end", data }]);
    expect((await collect(chats().bot().chat("Hi"))).at(-1)).toMatchObject({
      paused: true,
      form: null,
      prompt: null,
      text: "",
    });
  });

  test("that waits for its user has a form, and continues with the user's input", async () => {
    const { fake, bot } = chats();
    const actions = [{ id: "ok", title: "Approve" }];
    const form = { id: "f1", text: "May I?", fields: [], actions };
    const data = {
      stopped: false,
      paused: true,
      form,
      prompt: "May I?\n\n1. Approve",
      usage: null,
      sources: [],
    };
    fake.script((content) =>
      content === "Hi" ? [{ event: "end", data }] : [delta(`Done: ${content}`), end],
    );
    const answer = bot().chat("Hi");
    expect((await collect(answer)).at(-1)).toMatchObject({ form, prompt: "May I?\n\n1. Approve" });
    const rest = bot().input(answer.turn ?? "", { action: "ok", inputs: { why: "late" } });
    expect(await rest.text()).toBe("Done: ok");
    expect(rest.turn).toBe(answer.turn);
    const sent = fake.requests().at(-1);
    expect(sent).toMatchObject({ method: "POST", path: "/v1/bots/bot-001/turns/turn-0/input" });
    expect(JSON.parse(sent?.body ?? "")).toEqual({ action: "ok", inputs: { why: "late" } });
  });

  test.each([
    ["before any text", []],
    ["after part of the text", [delta("Well, ")]],
  ])("fails with the bridge's message if the bot fails %s", async (_when, steps) => {
    chats().fake.script(() => [...steps, failure]);
    const answer = chats().bot().chat("Hi");
    const seen: AnswerEvent[] = [];
    const reading = (async () => {
      for await (const event of answer) seen.push(event);
    })();
    const expected = {
      code: "timeout",
      message: "the bot took too long",
      retryable: true,
      status: undefined,
    };
    await expect(reading).rejects.toMatchObject(expected);
    await expect(reading).rejects.toBeInstanceOf(BotError);
    expect(seen).toHaveLength(1 + steps.length);
    await expect(answer.text()).rejects.toMatchObject(expected);
    expect(chats().fake.requests()).toHaveLength(1);
  });

  test.each([
    ["no JSON", "{broken"],
    ["no text", '{"content":7}'],
    ["no object", "null"],
  ])("requests an event again that contains %s, and gives up if it stays so", async (_what, raw) => {
    chats().fake.script(() => [delta("Well"), { event: "delta", raw }, end]);
    const answer = chats().bot().chat("Hi");
    await expect(answer.text()).rejects.toMatchObject({ code: "bad_answer" });
    expect(chats().fake.requests()).toHaveLength(8);
    expect(
      new Set(
        chats()
          .fake.requests()
          .slice(1)
          .map(({ headers }) => headers["last-event-id"]),
      ).size,
    ).toBe(1);
  });

  test("continues in another loop after one was left, with the connection closed in between", async () => {
    chats().fake.script((content) => [...echo(content, 20), end]);
    const answer = chats().bot().chat("one two three four five");
    const first: AnswerEvent[] = [];
    for await (const event of answer) {
      first.push(event);
      if (first.length === 3) break;
    }
    const [, ...rest] = await collect(answer);
    expect(first.at(-1)).toMatchObject({ text: "You said: " });
    expect(rest.at(-1)).toMatchObject({ type: "end", text: "You said: one two three four five" });
    expect(
      chats()
        .fake.requests()
        .map(({ method }) => method),
    ).toEqual(["POST", "GET"]);
    expect(await answer.text()).toBe("You said: one two three four five");
  });

  test("has one reader at a time", async () => {
    chats().fake.script((content) => [...echo(content, 20), end]);
    const answer = chats().bot().chat("Hi");
    const reading = answer.text();
    await expect(answer.text()).rejects.toThrow("already being read");
    expect(await reading).toBe("You said: Hi");
  });

  test("can be continued by its turn and position, as from another page", async () => {
    const answer = chats().bot().chat("one two three");
    let textSoFar = "";
    for await (const event of answer) {
      if (event.type === "delta") textSoFar = event.text;
      if (textSoFar === "You said: ") break;
    }
    const { turn = "", lastEventId } = answer;
    const rest = await collect(chats().bot().resume(turn, { lastEventId, textSoFar }));
    expect(rest[0]).toMatchObject({ type: "delta", content: "one ", text: "You said: one " });
    expect(rest.at(-1)).toMatchObject({ type: "end", text: "You said: one two three" });
    expect(await collect(chats().bot().resume(turn))).toHaveLength(7);
  });

  test("that was read to its end yields nothing more", async () => {
    const answer = chats().bot().chat("Hi");
    await answer.text();
    const { turn = "", lastEventId } = answer;
    expect(await collect(chats().bot().resume(turn, { lastEventId }))).toEqual([]);
    expect(await collect(answer)).toEqual([]);
  });

  test("has the id of the request that began it, and its failure that of the failed one", async () => {
    const { fake, proxy, bot } = chats();
    fake.script(() => [delta("one "), { untilFollowed: 2 }, failure]);
    const answer = bot().chat("Hi");
    expect(answer.requestId).toBeUndefined();
    const reading = (async () => {
      for await (const event of answer) if (event.type === "delta") proxy.cutNow();
    })();
    await expect(reading).rejects.toMatchObject({ code: "timeout", requestId: "request-1" });
    expect(answer.requestId).toBe("request-0");
  });

  test("has events of their own for reasoning and files, if it is asked for them", async () => {
    const { fake, bot } = chats();
    const file = { type: "image", url: "https://example.com/a.png", name: "a.png" } as const;
    fake.script(() => [
      { event: "reasoning", data: { content: "They " } },
      { event: "reasoning", data: { content: "greet." } },
      delta("Hello"),
      { event: "file", data: file },
      { event: "file", data: { ...file, type: "hologram", name: 7 } },
      end,
    ]);
    const answer = bot().chat("Hi", { parts: ["reasoning", "file"] });
    expect((await collect(answer)).slice(1, -1)).toEqual([
      { type: "reasoning", content: "They ", reasoning: "They " },
      { type: "reasoning", content: "greet.", reasoning: "They greet." },
      { type: "delta", content: "Hello", text: "Hello" },
      { type: "file", file },
      { type: "file", file: { ...file, type: "document", name: null } },
    ]);
    expect(await answer.text()).toBe("Hello");
    expect((await collect(bot().chat("Hi"))).map(({ type }) => type)).toEqual(["start", "delta", "end"]);
    const rest = bot().input(answer.turn ?? "", { action: "ok" }, { parts: ["reasoning"] });
    expect((await collect(rest)).map(({ type }) => type)).toEqual([
      "start",
      "reasoning",
      "reasoning",
      "delta",
      "end",
    ]);
  });

  test("continues its reasoning too, as from another page", async () => {
    const { fake, bot } = chats();
    fake.script(() => [
      { event: "reasoning", data: { content: "They " } },
      { event: "reasoning", data: { content: "greet." } },
      end,
    ]);
    const answer = bot().chat("Hi", { parts: ["reasoning"] });
    for await (const event of answer) if (event.type === "reasoning") break;
    const { turn = "", lastEventId } = answer;
    const [next] = await collect(bot().resume(turn, { lastEventId, reasoningSoFar: "They " }));
    expect(next).toEqual({ type: "reasoning", content: "greet.", reasoning: "They greet." });
  });

  test("never has a file whose address a page must not link", async () => {
    const { fake, bot } = chats();
    const data = { type: "document", url: "javascript:alert(1)", name: "x" };
    fake.script(() => [{ event: "file", data }, end]);
    await expect(
      bot()
        .chat("Hi", { parts: ["file"] })
        .text(),
    ).rejects.toMatchObject({ code: "bad_answer" });
  });
});
