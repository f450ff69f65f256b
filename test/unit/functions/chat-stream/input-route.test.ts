import { describe, expect, test } from "@jest/globals";
import type { Model, PausedAnswer } from "#core/answer/model.ts";
import type { InputForm } from "#core/answer/pause.ts";
import { startMs } from "../../../support/chat/chat-turns.ts";
import { type Ask, setUpChat } from "./chat-calls.ts";

const hourMs = 60 * 60_000;

const form: InputForm = {
  id: "f1",
  text: "Refund 20 EUR?",
  fields: [
    { type: "text", name: "why", default: "" },
    { type: "choice", name: "kind", choices: ["all", "half"] },
    { type: "file", name: "bill" },
    { type: "files", name: "more", maxFiles: 1 },
  ],
  actions: [
    { id: "ok", title: "Approve" },
    { id: "no", title: "Reject" },
  ],
  expiresAt: startMs + hourMs,
};
const file = { type: "image", url: "https://files.example.com/bill.png" };
const inputs = { why: "late", kind: "all", bill: file, more: [file] };
const body = { action: "ok", inputs };

const pausing = (): Ask => async (_question, listener) => {
  listener({ type: "delta", text: "I have asked." });
  return { status: "paused", pause: { reference: "run one", form, expiresAt: startMs + hourMs } };
};

/** A chat whose first turn waits for the form. */
const setUp = async (headers = {}) => {
  const chats = setUpChat(pausing);
  const continued: PausedAnswer[] = [];
  const resume: NonNullable<Model["resume"]> = async (paused, listener) => {
    continued.push(paused);
    listener({ type: "delta", text: "Approved." });
    return { status: "answered" };
  };
  chats.model.resume = resume;
  const asked = chats.chat({ headers: { "Idempotency-Key": "k1", ...headers } });
  await chats.clock.advance(0);
  const turn: string = JSON.parse(asked.events()[0]?.data ?? "{}").turn;
  const send = async (given: Parameters<typeof chats.input>[1] = { body }, of = turn) => {
    const reply = chats.input(of, given);
    await chats.clock.advance(0);
    return reply;
  };
  return { ...chats, asked, turn, send, resume, continued };
};

describe("a paused answer", () => {
  test("ends with its form as data, apart from its text", async () => {
    const { asked } = await setUp();
    expect(asked.deltaText()).toBe("I have asked.");
    const end = JSON.parse(asked.events().at(-1)?.data ?? "{}");
    expect(end).toMatchObject({ paused: true, form });
    expect(end.prompt).toContain("Refund 20 EUR?");
  });

  test("is continued by the user's input, as another run of the same turn", async () => {
    const { send, turn, continued } = await setUp();
    const reply = await send();
    expect(reply.types()).toEqual(["start", "delta", "end"]);
    expect(JSON.parse(reply.events()[0]?.data ?? "{}")).toMatchObject({ turn });
    expect(reply.deltaText()).toBe("Approved.");
    expect(reply.events().at(-1)?.id).toBe("2.end");
    const { url, type: kind } = file;
    expect(continued).toMatchObject([
      {
        reference: "run one",
        input: {
          formId: "f1",
          action: "ok",
          values: { ...inputs, bill: { kind, url }, more: [{ kind, url }] },
        },
      },
    ]);
  });

  test("is continued whole for a client that wants JSON", async () => {
    const { send } = await setUp();
    const reply = await send({ body, headers: { accept: "application/json" } });
    expect(reply.json()).toMatchObject({ content: "Approved.", stopped: false });
  });

  test("is continued once: the same input again gets the same answer, another one a conflict", async () => {
    const { send, continued, clock } = await setUp();
    await send();
    const again = await send();
    await clock.advance(1_000);
    expect([again.status(), again.deltaText()]).toEqual([200, "Approved."]);
    for (const changed of [{ action: "no" }, { parts: ["reasoning"] }]) {
      const other = await send({ body: { ...body, ...changed } });
      expect([other.status(), other.json()]).toMatchObject([
        409,
        { errorMessage: expect.stringMatching(/already/) },
      ]);
    }
    expect(continued).toHaveLength(1);
  });

  test("is continued with one of the bot's slots; without one the client is told to retry, and can", async () => {
    const { send, slots, continued } = await setUp();
    slots.log.splice(0);
    slots.refuse("bot");
    const refused = await send();
    expect(refused.head()).toMatchObject({ statusCode: 429, headers: { "retry-after": "5" } });
    expect(continued).toEqual([]);
    slots.refuse(undefined);
    expect((await send()).status()).toBe(200);
    expect(slots.log).toEqual(["refused by bot", "undone", "granted", "released"]);
  });

  test.each([
    ["is limited", { status: "limited", retryAfterMs: 1 }, 429],
    ["has a revoked token", { status: "revoked" }, 401],
  ] as const)("gives the bot's slot back if the user %s", async (_how, admission, status) => {
    const { send, slots, guard } = await setUp();
    slots.log.splice(0);
    guard.admission = admission;
    expect((await send()).status()).toBe(status);
    expect(slots.log).toEqual(["granted", "undone"]);
  });

  test("can be continued again after a failure", async () => {
    const { send, model, resume, continued } = await setUp();
    model.resume = async () => ({
      status: "failed",
      code: "unavailable",
      retryable: true,
      detail: "HTTP 502",
    });
    expect((await send()).types()).toEqual(["start", "error"]);
    model.resume = resume;
    expect((await send()).deltaText()).toBe("Approved.");
    expect(continued).toHaveLength(1);
  });
});

describe("input", () => {
  test.each<[string, object, RegExp]>([
    ["without an action", { inputs }, /^action: /],
    ["with an unknown action", { ...body, action: "maybe" }, /^action: must be one of ok, no, got "maybe"$/],
    ["without a field", { action: "no", inputs: {} }, /^inputs\.why: is missing/],
    ["with an unknown field", { ...body, inputs: { ...inputs, x: "" } }, /^inputs\.x: is not a field/],
    [
      "with a wrong choice",
      { ...body, inputs: { ...inputs, kind: "none" } },
      /^inputs\.kind: must be one of/,
    ],
    [
      "with a text for a file",
      { ...body, inputs: { ...inputs, bill: "bill" } },
      /^inputs\.bill: must be a file/,
    ],
    [
      "with a file for a text",
      { ...body, inputs: { ...inputs, why: file } },
      /^inputs\.why: must be a string/,
    ],
    ["with too many files", { ...body, inputs: { ...inputs, more: [file, file] } }, /at most 1 files/],
    ["with a number", { ...body, inputs: { ...inputs, why: 5 } }, /^inputs\.why: /],
  ])("%s is rejected by the name of the field, and the form stays open", async (_, given, message) => {
    const { send, continued } = await setUp();
    const reply = await send({ body: given });
    expect(reply.status()).toBe(400);
    expect(reply.json()).toMatchObject({ errorMessage: expect.stringMatching(message) });
    expect(continued).toEqual([]);
    expect((await send()).status()).toBe(200);
  });

  test("for another form than the one that is open is a conflict", async () => {
    const { send } = await setUp();
    expect((await send({ body: { ...body, form: "f0" } })).status()).toBe(409);
  });

  test("after the form has expired is a conflict", async () => {
    const { send, clock } = await setUp();
    await clock.advance(hourMs);
    const reply = await send();
    expect([reply.status(), reply.json()]).toMatchObject([
      409,
      { errorMessage: expect.stringMatching(/expired/) },
    ]);
  });

  test("for a turn that does not wait is a conflict", async () => {
    const { clock, chat, input } = setUpChat();
    const asked = chat();
    await clock.advance(0);
    const reply = input(JSON.parse(asked.events()[0]?.data ?? "{}").turn, { body });
    await clock.advance(0);
    expect(reply.status()).toBe(409);
  });

  test.each([
    ["another user", { token: "u8", body }, 404],
    ["another bot's token", { token: "bound", body }, 403],
    ["an unknown token", { token: "nobody", body }, 401],
  ] as const)("of %s is refused", async (_, given, status) => {
    const { send, continued } = await setUp();
    expect((await send(given)).status()).toBe(status);
    expect(continued).toEqual([]);
  });

  test.each([
    [{ status: "revoked" }, 401],
    [{ status: "limited", retryAfterMs: 1_000 }, 429],
  ] as const)("of a user who is %j is refused, and possible later", async (admission, status) => {
    const { send, guard } = await setUp();
    guard.admission = admission;
    expect((await send()).status()).toBe(status);
    guard.admission = { status: "admitted" };
    expect((await send()).status()).toBe(200);
  });

  test("may also be a message: then the form's next value", async () => {
    const { chat, clock, continued } = await setUp();
    const say = async (content: string) => {
      await clock.advance(1_000);
      const reply = chat({ body: { content } });
      await clock.advance(0);
      return reply;
    };
    const next = JSON.parse((await say("why: late\nkind: all")).events().at(-1)?.data ?? "{}");
    expect(next).toMatchObject({ paused: true, form: { id: "f1" }, prompt: expect.stringMatching(/^bill/) });
    expect(continued).toEqual([]);
  });
});
