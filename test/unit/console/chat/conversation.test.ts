import { setTimeout as delay } from "node:timers/promises";
import { describe, expect, test } from "@jest/globals";
import type { Bot } from "../../../../client/src/index.ts";
import {
  type Conversation,
  canRetry,
  type Exchange,
  makeConversation,
} from "../../../../console/src/pages/chat/conversation.ts";
import type { OpenTurn, OpenTurnStore } from "../../../../console/src/pages/chat/open-turn.ts";
import { end } from "../../../support/chat/fake-chat.ts";
import { eventually } from "../../../support/eventually.ts";
import { useChats } from "../../client/chats.ts";

const chats = useChats();

const makeMemoryStore = (kept?: OpenTurn): OpenTurnStore => {
  let open = kept;
  return {
    read: () => open,
    write: (turn) => {
      open = turn;
    },
    clear: () => {
      open = undefined;
    },
  };
};

const openConversation = (
  openTurns = makeMemoryStore(),
  onNextFrame: (task: () => void) => void = (task) => task(),
  bot = chats().bot(),
): Conversation => makeConversation({ bot, name: undefined, openTurns, now: () => 0, onNextFrame });

const question = (text: string) => ({ text, files: [] });
const delta = (content: string) => ({ event: "delta", data: { content } });
const said = ({ exchanges }: Conversation): readonly (readonly [string, string])[] =>
  exchanges.value.map((each) => [each.question.text, each.answer.value.text]);

const withSlowHistory = (bot: Bot): Bot => ({
  ...bot,
  history: async (...given) => {
    await delay(20);
    return bot.history(...given);
  },
});

/** Asks a question whose answer pauses with a form. */
const pause = async (conversation: Conversation): Promise<Exchange> => {
  const form = { id: "f1", text: "Sure?", fields: [], actions: [{ id: "yes", title: "Yes" }] };
  const paused = { stopped: false, paused: true, form, prompt: "Sure?", usage: null, sources: [] };
  chats().fake.script(() => [delta("May I?"), { event: "end", data: paused }]);
  await conversation.ask(question("Refund me"));
  const exchange = conversation.exchanges.value.at(-1);
  if (!exchange) throw new Error("there is no exchange");
  expect(exchange.answer.value.form).toMatchObject({ id: "f1" });
  return exchange;
};

describe("a conversation in the console", () => {
  test("asks one question at a time", async () => {
    const conversation = openConversation();
    await Promise.all([conversation.ask(question("One")), conversation.ask(question("Two"))]);
    expect(said(conversation)).toEqual([["One", "You said: One"]]);
    expect(conversation.isBusy.value).toBe(false);
  });

  test("asks what is typed while earlier messages are loaded after them, once", async () => {
    await openConversation().ask(question("Before"));
    const conversation = openConversation(makeMemoryStore(), undefined, withSlowHistory(chats().bot()));
    await Promise.all([conversation.open(), conversation.ask(question("Hello"))]);
    expect(said(conversation)).toEqual([
      ["Before", "You said: Before"],
      ["Hello", "You said: Hello"],
    ]);
    expect(conversation.isBusy.value).toBe(false);
  });

  test("stops a question that waits for earlier messages", async () => {
    chats().fake.script(() => [delta("Once "), { until: new Promise(() => {}) }]);
    const conversation = openConversation(makeMemoryStore(), undefined, withSlowHistory(chats().bot()));
    await Promise.all([conversation.open(), conversation.ask(question("Hello")), conversation.stop()]);
    expect(conversation.exchanges.value[0]?.answer.value).toMatchObject({ phase: "done", stopped: true });
  });

  test("asks for reasoning and files as parts of their own", async () => {
    await openConversation().ask(question("Hello"));
    const [request] = chats()
      .fake.requests()
      .filter(({ path }) => path.endsWith("/chat"));
    expect(JSON.parse(request?.body ?? "{}")).toMatchObject({ parts: ["reasoning", "file"] });
  });

  test("continues an answer that a reload of the page cut off, from its beginning", async () => {
    const store = makeMemoryStore();
    chats().fake.script(() => [delta("Once "), { untilFollowed: 2 }, delta("more"), end]);
    const before = openConversation(store);
    const asking = before.ask(question("Hello"));
    await eventually(() => expect(said(before)).toEqual([["Hello", "Once "]]));
    before.close();
    await asking;

    const after = openConversation(store);
    await after.open();
    expect(said(after)).toEqual([["Hello", "Once more"]]);
    expect(store.read()).toBeUndefined();
    expect(chats().fake.turns()).toBe(1);
  });

  test("shows what the app has stored of an answer that the bridge no longer has", async () => {
    await openConversation().ask(question("Hello"));
    const after = openConversation(makeMemoryStore({ turn: "turn-long-ago", question: "Hello" }));
    await after.open();
    expect(said(after)).toEqual([["Hello", "You said: Hello"]]);
    expect(after.exchanges.value[0]?.answer.value.phase).toBe("done");
  });

  test("shows the pieces of an answer together when the page is next shown", async () => {
    const tasks: (() => void)[] = [];
    const conversation = openConversation(makeMemoryStore(), (task) => void tasks.push(task));
    chats().fake.script(() => [delta("One "), delta("two "), { untilFollowed: 2 }, end]);
    const asking = conversation.ask(question("Count"));
    await eventually(() => expect(tasks).toHaveLength(1));
    expect(said(conversation)).toEqual([["Count", ""]]);
    await eventually(() => {
      tasks[0]?.();
      expect(said(conversation)).toEqual([["Count", "One two "]]);
    });
    conversation.close();
    await asking;
  });

  test("shows what failed with what was said, and asks it again", async () => {
    const conversation = openConversation();
    const failure = { code: "model", message: "failed", retryable: true };
    chats().fake.script(() => [delta("Half"), { event: "error", data: failure }]);
    await conversation.ask(question("Hello"));
    const [failed] = conversation.exchanges.value;
    if (!failed) throw new Error("there is no exchange");
    expect(failed.answer.value).toMatchObject({ phase: "failed", text: "Half", error: { code: "model" } });
    expect(canRetry(failed)).toBe(true);

    chats().fake.script(() => [delta("Whole"), end]);
    await conversation.ask(failed.question);
    expect(said(conversation).at(-1)).toEqual(["Hello", "Whole"]);
  });

  test("keeps the rating that the bridge has if a new one is rejected", async () => {
    const conversation = openConversation();
    await conversation.ask(question("Hello"));
    const [exchange] = conversation.exchanges.value;
    if (!exchange) throw new Error("there is no exchange");
    await conversation.rate(exchange, "like");
    chats().fake.refuse({ status: 404, body: { code: 404, errorMessage: "the model accepts no ratings" } });
    await expect(conversation.rate(exchange, "dislike")).rejects.toMatchObject({ status: 404 });
    expect(exchange.answer.value.rating).toBe("like");
  });

  test("shows the rest of a paused answer below the form that was filled in", async () => {
    const conversation = openConversation();
    const exchange = await pause(conversation);
    chats().fake.script(() => [delta("Done"), end]);
    await conversation.fillIn(exchange, { form: "f1", action: "yes" });
    expect(said(conversation)).toEqual([
      ["Refund me", "May I?"],
      ["Yes", "Done"],
    ]);
    expect(exchange.answer.value.form).toBeNull();
  });

  test("shows the form of a paused answer again after a reload", async () => {
    const store = makeMemoryStore();
    await pause(openConversation(store));
    const after = openConversation(store);
    await after.open();
    expect(said(after)).toEqual([["Refund me", "May I?"]]);
    expect(after.exchanges.value[0]?.answer.value.form).toMatchObject({ id: "f1" });
  });

  test("keeps the form open if what was filled in is rejected, and does not offer it as a question", async () => {
    const store = makeMemoryStore();
    const conversation = openConversation(store);
    const exchange = await pause(conversation);
    chats().fake.refuse({ status: 400, body: { code: 1002, errorMessage: "inputs.why: must not be empty" } });
    await conversation.fillIn(exchange, { form: "f1", action: "yes" });
    const rejected = conversation.exchanges.value.at(-1);
    expect(rejected?.answer.value).toMatchObject({ phase: "failed", error: { status: 400 } });
    expect(rejected && canRetry(rejected)).toBe(false);
    expect(exchange.answer.value).toMatchObject({ paused: true, form: { id: "f1" } });
    expect(store.read()).toMatchObject({ question: "Refund me" });
  });
});
