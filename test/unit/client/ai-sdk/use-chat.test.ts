import { Chat } from "@ai-sdk/react";
import { describe, expect, test } from "@jest/globals";
import {
  type BotForm,
  type BotTransportOptions,
  type BotUIMessage,
  createBotTransport,
  fillIn,
} from "../../../../client/src/ai-sdk/index.ts";
import type { Bot } from "../../../../client/src/index.ts";
import { echo, end, type FakeChat } from "../../../support/chat/fake-chat.ts";
import type { Step } from "../../../support/chat/fake-turn.ts";
import { eventually } from "../../../support/eventually.ts";
import { useChats } from "../chats.ts";
import { memoryStorage } from "./memory-storage.ts";

// The AI SDK's own Chat, which is what useChat of React is a view of.

const chats = useChats();

const form = {
  id: "f1",
  text: "May I refund 20 euros? [why]",
  fields: [{ type: "text", name: "why", default: "" }],
  actions: [{ id: "yes", title: "Yes" }],
};
const deltas = (...pieces: readonly string[]): Step[] =>
  pieces.map((content) => ({ event: "delta", data: { content } }));
const pause: Step = {
  event: "end",
  data: { stopped: false, paused: true, form, prompt: "Why?", usage: null, sources: [] },
};
const slowly = (content: string): Step[] => [...echo(content, 1_000), end];
/** Says the first half at once, and the second when that many connections have followed the turn. */
const inHalves =
  (followers: number) =>
  (content: string): Step[] => [
    ...deltas(`${content}: first half,`),
    { untilFollowed: followers },
    ...deltas(" second half."),
    end,
  ];

interface PageOptions extends Partial<BotTransportOptions> {
  readonly id?: string;
  readonly messages?: readonly BotUIMessage[];
  readonly onData?: (part: unknown) => void;
}

/** A page with a chat. Another one with the same storage is the same page after a reload. */
const openPage = ({
  id = "trip",
  messages = [],
  onData = () => {},
  ...options
}: PageOptions = {}): Chat<BotUIMessage> =>
  new Chat<BotUIMessage>({
    id,
    messages: [...messages],
    onData,
    transport: createBotTransport({ bot: chats().bot(), storage: memoryStorage(), ...options }),
  });

const textOf = (message: BotUIMessage | undefined): string =>
  message?.parts.flatMap((part) => (part.type === "text" ? [part.text] : [])).join(" | ") ?? "";

const formOf = (message: BotUIMessage | undefined): BotForm => {
  const data = message?.parts.flatMap((part) => (part.type === "data-form" ? [part.data] : []));
  if (!data?.[0]) throw new Error("no form is shown");
  return data[0];
};

const paths = (): string[] =>
  chats()
    .fake.requests()
    .map(({ method, path }) => `${method} ${path.replace("/v1/bots/bot-001", "")}`);
const bodyOf = (fake: FakeChat, index: number): unknown => JSON.parse(fake.requests()[index]?.body ?? "");

const hasText = (chat: Chat<BotUIMessage>, text: string): Promise<void> =>
  eventually(() => expect(textOf(chat.lastMessage)).toContain(text));

describe("a chat of the AI SDK", () => {
  test("asks the last question in the conversation of its id, and shows the answer", async () => {
    const chat = openPage();
    await chat.sendMessage({ text: "Hello" });
    await chat.sendMessage({ text: "And again" });
    expect(chat.status).toBe("ready");
    expect(chat.messages.map(textOf)).toEqual([
      "Hello",
      "You said: Hello",
      "And again",
      "You said: And again",
    ]);
    expect(chat.lastMessage).toMatchObject({
      id: "turn-1",
      metadata: { turn: "turn-1", conversation: "trip", requestId: "request-1" },
    });
    expect(bodyOf(chats().fake, 1)).toEqual({
      content: "And again",
      conversation: "trip",
      parts: ["reasoning", "file"],
    });
  });

  test("can be the conversation that the user has with the bot in the IM", async () => {
    const chat = openPage({ conversation: () => undefined });
    await chat.sendMessage({ text: "Hello" });
    expect(chat.lastMessage).toMatchObject({ metadata: { conversation: null } });
  });

  test("says that its id is no name of a conversation", async () => {
    const chat = openPage({ id: "x".repeat(65) });
    await chat.sendMessage({ text: "Hello" });
    expect(chat.error?.message).toBe("chat id: must have 1 to 64 characters, got 65");
    expect(paths()).toEqual([]);
  });

  test("asks the question again, as a turn of its own", async () => {
    const chat = openPage();
    await chat.sendMessage({ text: "Hello" });
    await chat.regenerate();
    expect(chat.messages.map(({ id }) => id)).toEqual([chat.messages[0]?.id, "turn-1"]);
    expect(textOf(chat.lastMessage)).toBe("You said: Hello");
  });

  test("shows the text that moderation put in the place of another", async () => {
    chats().fake.script(() => [
      ...deltas("A secret."),
      { event: "replace", data: { content: "I cannot" } },
      ...deltas(" say."),
      end,
    ]);
    const chat = openPage();
    await chat.sendMessage({ text: "Hello" });
    expect(JSON.stringify(chat.lastMessage?.parts)).not.toContain("secret");
    expect(textOf(chat.lastMessage)).toBe("I cannot say.");
  });

  test("shows why an answer failed, and keeps its text", async () => {
    const error = { code: "timeout", message: "no answer within 840 s", retryable: true };
    chats().fake.script(() => [...deltas("Half"), { event: "error", data: error }]);
    const chat = openPage();
    await chat.sendMessage({ text: "Hello" });
    expect(chat.status).toBe("error");
    expect(chat.error?.message).toBe("The bot took too long to answer. Try again.");
    expect(textOf(chat.lastMessage)).toBe("Half");
  });

  test("says that the bot is busy and asked again, beside the messages", async () => {
    chats().fake.refuse({
      status: 409,
      headers: { "retry-after": "2" },
      body: { code: 409, errorMessage: "busy" },
    });
    const notices: unknown[] = [];
    const chat = openPage({ onData: (part) => notices.push(part) });
    await chat.sendMessage({ text: "Hello" });
    expect(notices).toEqual([
      { type: "data-retrying", transient: true, data: { attempt: 1, delayMs: 2_250, reason: "busy" } },
    ]);
    expect(textOf(chat.lastMessage)).toBe("You said: Hello");
  });

  test("describes failures in the page's words", async () => {
    chats().fake.refuse({ status: 403, body: { code: 403, errorMessage: "bots: not allowed" } });
    const chat = openPage({ describeError: () => "Das ging nicht." });
    await chat.sendMessage({ text: "Hello" });
    expect(chat.error?.message).toBe("Das ging nicht.");
  });
});

describe("stopping a chat", () => {
  test("stops the bot, and keeps what it said", async () => {
    chats().fake.script(slowly);
    const chat = openPage();
    const asked = chat.sendMessage({ text: "one two three" });
    await hasText(chat, "You ");
    await chat.stop();
    await asked;
    expect(chat.status).toBe("ready");
    expect(textOf(chat.lastMessage)).toBe("You ");
    await eventually(() => expect(paths()).toEqual(["POST /chat", "POST /turns/turn-0/stop"]));
  });

  test("stops the bot also if its turn is not known yet", async () => {
    chats().fake.script(slowly);
    const chat = openPage();
    const asked = chat.sendMessage({ text: "one two three" });
    await new Promise(setImmediate);
    await chat.stop();
    await asked;
    expect(chat.messages.map(textOf)).toEqual(["one two three"]);
    await eventually(() => expect(paths()).toEqual(["POST /chat", "POST /turns/turn-0/stop"]));
  });

  test("asks nothing if it is stopped while its files are uploaded", async () => {
    const upload: Bot["upload"] = (_file, { signal } = {}) =>
      new Promise((_resolve, reject) => {
        signal?.addEventListener("abort", () => reject(signal.reason));
      });
    const chat = openPage({ bot: { ...chats().bot(), upload } });
    const file = { type: "file" as const, mediaType: "text/plain", url: "data:,Hi" };
    const asked = chat.sendMessage({ text: "Look", files: [file] });
    await new Promise(setImmediate);
    await chat.stop();
    await asked;
    expect([chat.status, chat.error, paths()]).toEqual(["ready", undefined, []]);
  });

  test("leaves nothing to resume", async () => {
    chats().fake.script(slowly);
    const storage = memoryStorage();
    const chat = openPage({ storage });
    const asked = chat.sendMessage({ text: "one two three" });
    await hasText(chat, "You ");
    await chat.stop();
    await asked;
    await eventually(() => expect(storage.getItem("bot-bridge:trip")).toBeNull());
  });

  test("stops the bot while a resumed answer is shown", async () => {
    chats().fake.script(slowly);
    const storage = memoryStorage();
    void openPage({ storage }).sendMessage({ text: "one two three" });
    await eventually(() => expect(storage.getItem("bot-bridge:trip")).not.toBeNull());
    const reloaded = openPage({ storage });
    const resumed = reloaded.resumeStream();
    await hasText(reloaded, "You ");
    await reloaded.stop();
    await resumed;
    await eventually(() => expect(paths().at(-1)).toBe("POST /turns/turn-0/stop"));
  });
});

describe("a reloaded page", () => {
  test("resumes the answer, whole and once", async () => {
    chats().fake.script(inHalves(2));
    const storage = memoryStorage();
    const first = openPage({ storage });
    void first.sendMessage({ text: "Hello" });
    await hasText(first, "first half");
    const reloaded = openPage({ storage, messages: structuredClone(first.messages) });
    await reloaded.resumeStream();
    expect(reloaded.messages.map(textOf)).toEqual(["Hello", "Hello: first half, second half."]);
    expect(reloaded.status).toBe("ready");
    expect(storage.getItem("bot-bridge:trip")).toBeNull();
  });

  test("has nothing to resume after an answer's end, and asks nobody", async () => {
    const storage = memoryStorage();
    await openPage({ storage }).sendMessage({ text: "Hello" });
    const reloaded = openPage({ storage });
    await reloaded.resumeStream();
    expect([reloaded.status, reloaded.messages]).toEqual(["ready", []]);
    expect(paths()).toEqual(["POST /chat"]);
  });

  test("has nothing to resume if the bridge does not have the answer any more", async () => {
    const storage = memoryStorage();
    storage.setItem("bot-bridge:trip", JSON.stringify({ turn: "turn-long-ago", earlier: [] }));
    const reloaded = openPage({ storage });
    await reloaded.resumeStream();
    expect([reloaded.status, reloaded.error]).toEqual(["ready", undefined]);
    expect(storage.getItem("bot-bridge:trip")).toBeNull();
  });

  test("ignores what others have stored", async () => {
    const storage = memoryStorage();
    for (const text of ["", "{", "null", '{"turn":7}', '{"turn":"t","earlier":[7]}']) {
      storage.setItem("bot-bridge:trip", text);
      await openPage({ storage }).resumeStream();
    }
    expect(paths()).toEqual([]);
  });

  test("does not stop the bot if it is left before the answer is shown, as React's strict mode does", async () => {
    const { fake } = chats();
    fake.script(inHalves(2));
    const storage = memoryStorage();
    const first = openPage({ storage });
    void first.sendMessage({ text: "Hello" });
    await hasText(first, "first half");
    const reloaded = openPage({ storage });
    void reloaded.resumeStream();
    await reloaded.stop();
    await reloaded.resumeStream();
    expect(textOf(reloaded.lastMessage)).toBe("Hello: first half, second half.");
    expect(paths().filter((path) => path.endsWith("/stop"))).toEqual([]);
  });

  test("resumes once more in place of a resume, without stopping the bot", async () => {
    const { fake } = chats();
    fake.script(inHalves(3));
    const storage = memoryStorage();
    const first = openPage({ storage });
    void first.sendMessage({ text: "Hello" });
    await hasText(first, "first half");
    const reloaded = openPage({ storage });
    void reloaded.resumeStream();
    await hasText(reloaded, "first half");
    await reloaded.resumeStream();
    expect(reloaded.messages.map(textOf)).toEqual(["Hello: first half, second half."]);
    expect(paths().filter((path) => path.endsWith("/stop"))).toEqual([]);
  });

  test("can resume an answer whose connection was lost for good", async () => {
    const { fake, proxy } = chats();
    fake.script(inHalves(2));
    const storage = memoryStorage();
    const chat = openPage({ storage });
    const asked = chat.sendMessage({ text: "Hello" });
    await hasText(chat, "first half");
    proxy.cut(...Array.from({ length: 8 }, () => "request" as const));
    proxy.cutNow();
    await asked;
    expect(chat.status).toBe("error");
    await chat.resumeStream();
    expect(chat.messages.map(textOf)).toEqual(["Hello", "Hello: first half, second half."]);
  });

  test("chats without resuming where storage is forbidden or full", async () => {
    const refuse = (): never => {
      throw new DOMException("denied", "SecurityError");
    };
    const chat = openPage({ storage: { getItem: refuse, setItem: refuse, removeItem: refuse } });
    await chat.resumeStream();
    await chat.sendMessage({ text: "Hello" });
    expect(textOf(chat.lastMessage)).toBe("You said: Hello");
  });
});

describe("a form", () => {
  const askForRefund = async (options?: PageOptions): Promise<Chat<BotUIMessage>> => {
    chats().fake.script((content) =>
      content === "yes" ? [...deltas("Refunded."), end] : [...deltas("Hm."), pause],
    );
    const chat = openPage(options);
    await chat.sendMessage({ text: "Refund me" });
    return chat;
  };

  test("is shown, and its answer goes on in the same message", async () => {
    const chat = await askForRefund();
    expect(formOf(chat.lastMessage)).toEqual({ ...form, turn: "turn-0", prompt: "Why?", filledIn: null });
    expect(chat.lastMessage?.metadata).toMatchObject({ paused: true });
    await chat.sendMessage(undefined, fillIn(formOf(chat.lastMessage), "yes", { why: "broken" }));
    expect(chat.messages.map(textOf)).toEqual(["Refund me", "Hm. | Refunded."]);
    expect(formOf(chat.lastMessage).filledIn).toEqual({
      form: "f1",
      action: "yes",
      inputs: { why: "broken" },
    });
    expect(chat.lastMessage?.metadata).toMatchObject({ paused: false });
    expect(bodyOf(chats().fake, 1)).toEqual({
      form: "f1",
      action: "yes",
      inputs: { why: "broken" },
      parts: ["reasoning", "file"],
    });
  });

  test("stays open if the bridge refuses the values", async () => {
    const chat = await askForRefund();
    chats().fake.refuse({ status: 400, body: { code: 1002, errorMessage: "inputs.why: must not be empty" } });
    await chat.sendMessage(undefined, fillIn(formOf(chat.lastMessage), "yes"));
    expect([chat.status, formOf(chat.lastMessage).filledIn]).toEqual(["error", null]);
    await chat.sendMessage(undefined, fillIn(formOf(chat.lastMessage), "yes", { why: "broken" }));
    expect(textOf(chat.lastMessage)).toBe("Hm. | Refunded.");
  });

  test("is shown again after a reload", async () => {
    const storage = memoryStorage();
    await askForRefund({ storage });
    const reloaded = openPage({ storage });
    await reloaded.resumeStream();
    await reloaded.sendMessage(undefined, fillIn(formOf(reloaded.lastMessage), "yes"));
    expect(textOf(reloaded.lastMessage)).toBe("Hm. | Refunded.");
  });

  test("and the text before it are part of the answer that a reloaded page resumes", async () => {
    const storage = memoryStorage();
    const chat = await askForRefund({ storage });
    chats().fake.script(inHalves(2));
    void chat.sendMessage(undefined, fillIn(formOf(chat.lastMessage), "yes"));
    await hasText(chat, "first half");
    const reloaded = openPage({ storage });
    await reloaded.resumeStream();
    expect(textOf(reloaded.lastMessage)).toBe("Hm. | yes: first half, second half.");
    expect(formOf(reloaded.lastMessage).filledIn).toMatchObject({ action: "yes" });
  });

  test("of an earlier answer cannot be filled in, since the rest would be shown elsewhere", async () => {
    const chat = await askForRefund();
    const old = formOf(chat.lastMessage);
    await chat.sendMessage({ text: "yes" });
    await chat.sendMessage(undefined, fillIn(old, "yes"));
    expect(chat.error?.message).toBe("Only the form of the last answer can be filled in.");
    expect(chats().fake.turns()).toBe(2);
  });
});

describe("a question's files", () => {
  const files = [
    { type: "file" as const, mediaType: "image/png", url: "https://example.com/a.png" },
    {
      type: "file" as const,
      mediaType: "application/pdf",
      url: "data:application/pdf;base64,SGk=",
      filename: "a.pdf",
    },
    { type: "file" as const, mediaType: "text/plain", url: "data:text/plain,Hi%20you" },
  ];

  test("are sent by URL, or uploaded if the page has their content", async () => {
    const chat = openPage();
    await chat.sendMessage({ text: "Look", files });
    const { fake } = chats();
    const idOf = (content: string): string | undefined =>
      fake.files().find((file) => file.content === content)?.id;
    expect(fake.files().map(({ name }) => name)).toContain("a.pdf");
    const question: unknown = JSON.parse(fake.requests().at(-1)?.body ?? "");
    expect(question).toMatchObject({
      content: "Look",
      files: [
        { type: "image", url: "https://example.com/a.png" },
        { type: "document", id: idOf("Hi") },
        { type: "document", id: idOf("Hi you") },
      ],
    });
    expect(textOf(chat.lastMessage)).toBe("You said: Look");
  });

  test("are refused if a page can neither send nor upload them", async () => {
    const chat = openPage();
    const url = "blob:https://example.com/1";
    await chat.sendMessage({ text: "Look", files: [{ type: "file", mediaType: "image/png", url }] });
    expect(chat.error?.message).toBe(`file: must be an https or data URL, got "${url}"`);
    expect(paths()).toEqual([]);
  });
});
