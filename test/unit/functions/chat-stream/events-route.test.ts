import { describe, expect, test } from "@jest/globals";
import { type ChatTurn, replayLifeMs } from "#core/chat/chat-turn.ts";
import { chatTurn, startMs } from "../../../support/chat/chat-turns.ts";
import { answering, askFor, type Call, setUpChat } from "./chat-calls.ts";

const keyed = { headers: { "Idempotency-Key": "k1" } };

/** A turn that has ended, and its id. */
const setUpDone = async () => {
  const chat = setUpChat(answering("You said: ", "hello"));
  const reply = chat.chat(keyed);
  await chat.clock.advance(0);
  await reply.done;
  return { ...chat, turn: String(JSON.parse(reply.events()[0]?.data ?? "").turn) };
};

/** A turn of u7 that another process runs. */
const setUpPlanted = (given: Partial<ChatTurn> = {}) => {
  const chat = setUpChat();
  chat.turns.plant(chatTurn(given));
  return chat;
};

describe("a client whose connection broke", () => {
  test.each<[string, Call]>([
    ["its header", { headers: { "Last-Event-ID": "1.0.10" } }],
    ["the query", { query: { lastEventId: "1.0.10" } }],
    [
      "its header, even if the query says otherwise",
      { headers: { "last-event-id": "1.0.10" }, query: { lastEventId: "1.0.0" } },
    ],
  ])("says with %s where it is, and gets the rest, with the id of each event", async (_where, given) => {
    const { clock, events, turn } = await setUpDone();
    const reply = events(turn, given);
    await clock.advance(500);
    await reply.done;
    expect(reply.head()).toMatchObject({
      statusCode: 200,
      headers: { "content-type": "text/event-stream; charset=utf-8" },
    });
    expect(reply.events().map(({ id, event }) => [id, event])).toEqual([
      ["1.0.15", "delta"],
      ["1.end", "end"],
    ]);
    expect(reply.deltaText()).toBe("hello");
  });

  test.each<[string, Call]>([
    ["nothing", {}],
    ["an empty id, as EventSource does", { headers: { "Last-Event-ID": "" } }],
  ])("and that sends %s gets all of it", async (_what, given) => {
    const { clock, events, turn } = await setUpDone();
    const reply = events(turn, given);
    await clock.advance(500);
    expect(reply.types()).toEqual(["start", "delta", "end"]);
    expect(reply.deltaText()).toBe("You said: hello");
  });

  test("is one of a limited number at once, gets a 429 with a retry time, and makes room when it disconnects", async () => {
    const { clock, events, turn, guard, left } = await setUpDone();
    const reply = events(turn);
    await clock.advance(500);
    await reply.done;
    expect(left).toHaveLength(1);
    guard.ofReader = { status: "limited", retryAfterMs: 1_500 };
    const refused = events(turn);
    await refused.done;
    expect(refused.head()).toMatchObject({ statusCode: 429, headers: { "retry-after": "2" } });
    expect(left).toHaveLength(1);
  });

  test("takes one of the bot's slots, gets a 429 if there is none, and gives back what it has", async () => {
    const { clock, events, turn, slots, left } = await setUpDone();
    slots.log.splice(0);
    const reply = events(turn);
    await clock.advance(500);
    await reply.done;
    expect(slots.log).toEqual(["granted", "released"]);
    slots.refuse("bot");
    const refused = events(turn);
    await refused.done;
    expect(refused.head()).toMatchObject({ statusCode: 429, headers: { "retry-after": "5" } });
    expect(left).toHaveLength(2);
  });

  test("after the end gets 204: there is no more", async () => {
    const { events, turn } = await setUpDone();
    const reply = events(turn, { headers: { "Last-Event-ID": "1.end" } });
    await reply.done;
    expect(reply.status()).toBe(204);
    expect(reply.text()).toBe("");
  });

  test("after the end of a run that was followed by another gets the other", async () => {
    const { clock, events, pieces } = setUpPlanted({ attempt: 2 });
    const end = { type: "end", stopped: false, usage: null, sources: [] } as const;
    await pieces.put(chatTurn({ attempt: 2 }), 0, { events: [{ type: "delta", content: "again" }, end] });
    const reply = events("t1", { headers: { "Last-Event-ID": "1.end" } });
    await clock.advance(500);
    expect(reply.types()).toEqual(["replace", "delta", "end"]);
  });

  test("has its answer's head at once, and heartbeats, even if the turn is silent", async () => {
    const { clock, events } = setUpPlanted({ heldUntil: startMs + 60_000 });
    const reply = events("t1", { headers: { "Last-Event-ID": "1.0.4" } });
    await clock.advance(0);
    expect(reply.hasBegun()).toBe(true);
    expect(reply.status()).toBe(200);
    await clock.advance(10_000);
    expect(reply.text()).toContain(": hb\n\n");
  });

  test("is told to reconnect a minute before the function's own end, which would leave it without a final event", async () => {
    const { clock, events } = setUpPlanted({ heldUntil: startMs + 3_600_000 });
    const reply = events("t1");
    await clock.advance(839_000);
    expect(reply.isDone()).toBe(false);
    await clock.advance(2_000);
    await reply.done;
    expect(JSON.parse(reply.events().at(-1)?.data ?? "")).toMatchObject({
      code: "interrupted",
      retryable: true,
    });
  });

  test("gets a turn that runs to its end, as it comes", async () => {
    const { clock, chat, events } = setUpChat(askFor(10));
    const first = chat(keyed);
    await clock.advance(3_000);
    const { turn } = JSON.parse(first.events()[0]?.data ?? "");
    const reply = events(turn, { headers: { "Last-Event-ID": String(first.events().at(-1)?.id) } });
    const received = first.deltaText();
    await clock.advance(20_000);
    await reply.done;
    expect(received + reply.deltaText()).toBe(first.deltaText());
    expect(reply.types().at(-1)).toBe("end");
  });

  test("is told in the stream if the store fails, and may retry", async () => {
    const { clock, events, pieces } = setUpPlanted();
    pieces.read = () => Promise.reject(new Error("password=hunter2"));
    const reply = events("t1");
    await clock.advance(500);
    await expect(reply.done).resolves.toBeUndefined();
    expect(reply.types()).toEqual(["error"]);
    expect(reply.text()).not.toContain("hunter2");
  });
});

describe("an answer is not replayed", () => {
  test.each<[string, Call, Partial<ChatTurn>, number, RegExp]>([
    ["without a token", { token: "" }, {}, 401, /^token: /],
    ["with a token for other bots", { token: "bound" }, {}, 403, /^userId: /],
    ["for another user", { token: "u8" }, {}, 404, /^turn: no such turn/],
    ["for another bot", { botId: "bot-sales" }, {}, 404, /^turn: no such turn/],
    ["that never existed", {}, { turn: "t2" }, 404, /^turn: no such turn/],
    ["that was asked for without a key", {}, { keepsAnswer: false }, 404, /^turn: .*Idempotency-Key/],
    ["that has expired", {}, { state: "done", replayUntil: startMs }, 404, /^turn: the answer has expired/],
    ["from an invalid id", { headers: { "Last-Event-ID": "7" } }, {}, 400, /^Last-Event-ID: /],
    ["from an invalid id in the query", { query: { lastEventId: "7" } }, {}, 400, /^Last-Event-ID: /],
  ])("%s", async (_how, given, planted, status, message) => {
    const { events } = setUpPlanted(planted);
    const reply = events("t1", given);
    await reply.done;
    expect(reply.status()).toBe(status);
    expect(reply.json()).toMatchObject({ errorMessage: expect.stringMatching(message) });
  });

  test("with a token that was revoked", async () => {
    const { events, guard } = setUpPlanted();
    guard.isRevoked = true;
    const reply = events("t1");
    await reply.done;
    expect(reply.status()).toBe(401);
  });

  test("after ten minutes, and is until then", async () => {
    const { clock, events, turn } = await setUpDone();
    await clock.advance(replayLifeMs - 1);
    const last = events(turn);
    await clock.advance(0);
    expect(last.deltaText()).toBe("You said: hello");
    await clock.advance(1);
    const late = events(turn);
    await late.done;
    expect(late.status()).toBe(404);
  });
});
