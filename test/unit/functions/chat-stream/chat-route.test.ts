import { describe, expect, test } from "@jest/globals";
import { startMs } from "../../../support/chat/chat-turns.ts";
import { type Ask, answering, askFor, type Call, origin, setUpChat } from "./chat-calls.ts";

const whole = { headers: { Accept: "application/json" } };
const keyed = { headers: { "Idempotency-Key": "k1" } };

describe("an answer that streams", () => {
  test("is the turn's start, its text as it comes, and its end with usage and sources", async () => {
    const { clock, chat } = setUpChat();
    const reply = chat();
    await clock.advance(0);
    await reply.done;
    expect(reply.head()).toMatchObject({
      statusCode: 200,
      headers: { "content-type": "text/event-stream; charset=utf-8", "cache-control": "no-store" },
    });
    expect(reply.events().map(({ id, event, data }) => [id, event, JSON.parse(data)])).toEqual([
      ["1.0.0", "start", { turn: "id-1", conversation: null }],
      ["1.0.10", "delta", { content: "You said: " }],
      ["1.0.15", "delta", { content: "hello" }],
      ["1.end", "end", { stopped: false, usage: { totalTokens: 7 }, sources: [{ document: "manual.pdf" }] }],
    ]);
  });

  test("begins as soon as the turn is admitted, long before Dify says anything", async () => {
    const { clock, chat } = setUpChat((given) => async () => {
      await given.sleep(60_000);
      return { status: "answered" };
    });
    const reply = chat();
    await clock.advance(0);
    expect(reply.types()).toEqual(["start"]);
    await clock.advance(10_000);
    expect(reply.text()).toContain(": hb\n\n");
  });

  test("sends each word as it comes", async () => {
    const { clock, chat } = setUpChat(askFor(5));
    const reply = chat();
    for (let n = 0; n < 5; n += 1) {
      await clock.advance(n === 0 ? 0 : 1_000);
      expect(reply.deltaText()).toBe(Array.from({ length: n + 1 }, (_, at) => `word${at} `).join(""));
    }
  });

  test.each([undefined, "*/*", "text/event-stream", "text/event-stream, application/json", "text/html"])(
    "is sent to a client that accepts %s",
    async (accept) => {
      const { clock, chat } = setUpChat();
      const reply = chat({ headers: accept === undefined ? {} : { accept } });
      await clock.advance(0);
      expect(reply.head().headers["content-type"]).toMatch(/^text\/event-stream/);
    },
  );

  test("continues after its client has disconnected, and is stored", async () => {
    const { clock, chat, events, turns } = setUpChat(askFor(40));
    const reply = chat(keyed);
    await clock.advance(0);
    const { turn } = JSON.parse(reply.events()[0]?.data ?? "");
    reply.stopReading();
    await clock.advance(60_000);
    expect(turns.recordOf({ appKey: "app-one", turn })?.state).toBe("done");
    const again = events(turn, { headers: { "Last-Event-ID": "1.0.0" } });
    await clock.advance(500);
    expect(again.deltaText()).toBe(Array.from({ length: 40 }, (_, at) => `word${at} `).join(""));
    expect(again.types().at(-1)).toBe("end");
  });

  test("ends a minute before the function's own end, which would leave the client without a final event", async () => {
    let until = 0;
    const { clock, chat } = setUpChat(() => async (_question, _listener, { deadline }) => {
      until = deadline;
      return { status: "answered" };
    });
    chat();
    await clock.advance(0);
    expect(until).toBe(startMs + 900_000 - 60_000);
  });

  test("is for the question as it was asked: its text, its files, its conversation", async () => {
    const { clock, chat, forwarded } = setUpChat();
    const files = [{ type: "image", url: "https://example.com/a.png" }];
    const reply = chat({
      body: { content: "look", files, conversation: "trip", integration: "dify_chatflow" },
    });
    await clock.advance(0);
    expect(JSON.parse(reply.events()[0]?.data ?? "")).toMatchObject({ conversation: "trip" });
    expect(forwarded).toMatchObject([
      {
        event: { data: { content: '{"content":"look"}', fromUserId: "u7", toUserId: "bot-helpdesk" } },
        files: [{ kind: "image", url: "https://example.com/a.png" }],
        conversationName: "trip",
      },
    ]);
  });
});

describe("an answer that is whole", () => {
  test("is sent to a client that accepts JSON and not event streams, however that is written", async () => {
    for (const accept of [
      "application/json",
      "Application/JSON; charset=utf-8",
      "application/json, text/plain",
    ]) {
      const { clock, chat } = setUpChat();
      const reply = chat({ headers: { accept } });
      await clock.advance(0);
      await reply.done;
      expect(reply.status()).toBe(200);
      expect(reply.json()).toEqual({
        turn: "id-1",
        conversation: null,
        content: "You said: hello",
        usage: { totalTokens: 7 },
        sources: [{ document: "manual.pdf" }],
        stopped: false,
      });
    }
  });

  test("has the replacement in place of the replaced text", async () => {
    const { clock, chat } = setUpChat(() => async (_question, listener) => {
      await listener({ type: "delta", text: "wrong" });
      await listener({ type: "replace", text: "right" });
      await listener({ type: "delta", text: " indeed" });
      return { status: "answered" };
    });
    const reply = chat(whole);
    await clock.advance(0);
    expect(reply.json()).toMatchObject({ content: "right indeed" });
  });

  test("that waits for a person says so", async () => {
    const { clock, chat } = setUpChat(() => async () => ({ status: "paused", pause: {} }));
    const reply = chat(whole);
    await clock.advance(0);
    expect(reply.json()).toMatchObject({ paused: true, stopped: false });
  });

  test.each<[string, Awaited<ReturnType<Ask>>, number, number]>([
    ["too slow", { status: "failed", code: "timeout", retryable: false, detail: "d" }, 504, 1050],
    ["refusing", { status: "failed", code: "refused", retryable: false, detail: "d" }, 502, 1000],
    ["without its model", { status: "failed", code: "model", retryable: false, detail: "d" }, 502, 1000],
    ["breaking off", { status: "incomplete" }, 502, 1000],
    ["without a word", { status: "answered" }, 502, 1000],
  ])("from a Dify that is %s is a status and a plain sentence", async (_how, outcome, status, code) => {
    const { clock, chat } = setUpChat(() => async () => outcome);
    const reply = chat(whole);
    await clock.advance(0);
    expect(reply.status()).toBe(status);
    expect(reply.json()).toEqual({
      code,
      errorMessage: expect.stringMatching(/^Sorry, the bot cannot answer/),
      // The log has the cause under it.
      turn: "id-1",
    });
  });

  test("that is endless is broken off, with the text so far", async () => {
    const { clock, chat } = setUpChat(() => async (_question, listener, { signal }) => {
      while (!signal.aborted) await listener({ type: "delta", text: "x".repeat(4_096) });
      return { status: "abandoned" };
    });
    const reply = chat(whole);
    await clock.advance(0);
    expect(reply.status()).toBe(502);
    expect(reply.json()).toMatchObject({
      code: 1000,
      errorMessage: expect.stringMatching(/interrupted/),
      content: expect.stringMatching(/^x{1048576}$/),
    });
  });

  test("that fails with an internal error is a 500 without its details", async () => {
    const { clock, chat } = setUpChat(() => async (_question, listener) => {
      await listener({ type: "delta", text: "half" });
      throw new Error("password=hunter2");
    });
    const reply = chat(whole);
    await clock.advance(0);
    expect(reply.status()).toBe(500);
    expect(reply.json()).toEqual({
      code: 1000,
      errorMessage: "internal error, please try again",
      turn: "id-1",
    });
  });

  test("arrives before the gateway's timeout, even if Dify would continue", async () => {
    const { clock, chat } = setUpChat((given) => async (_question, _listener, { deadline }) => {
      await given.sleep(deadline - given.now());
      return { status: "failed", code: "timeout", retryable: false, detail: "deadline" };
    });
    const reply = chat(whole);
    await clock.advance(299_000);
    expect(reply.isDone()).toBe(true);
    expect(reply.status()).toBe(504);
  });
});

describe("a question is rejected before any of it is answered:", () => {
  test.each<[string, Call, number, number, RegExp]>([
    ["without a token", { token: "" }, 401, 1004, /^token: /],
    ["with an invalid token", { token: "x" }, 401, 1004, /^token: /],
    ["with a token for other bots", { token: "bound" }, 403, 403, /^userId: /],
    ["for an unknown bot", { botId: "bot-nowhere" }, 404, 404, /^userId: /],
    ["without content", { body: {} }, 400, 1002, /^content: is required/],
    ["without a body", { rawBody: "" }, 400, 1003, /^body: /],
    ["with broken JSON", { rawBody: "{" }, 400, 1002, /^body: must be valid JSON/],
    ["with too large a body", { body: { content: "x".repeat(131_073) } }, 400, 1005, /^content: at most/],
    [
      "to an unknown integration",
      { body: { content: "x", integration: "dify_agent" } },
      409,
      409,
      /^integration: /,
    ],
    ["with an invalid key", { headers: { "Idempotency-Key": "a b" } }, 400, 1002, /^Idempotency-Key: /],
    ["with an empty key", { headers: { "Idempotency-Key": "" } }, 400, 1002, /^Idempotency-Key: /],
  ])("%s", async (_how, given, status, code, message) => {
    for (const accept of ["text/event-stream", "application/json"]) {
      const { clock, chat, forwarded } = setUpChat();
      const reply = chat({ ...given, headers: { accept, ...given.headers } });
      await clock.advance(0);
      await reply.done;
      expect(reply.status()).toBe(status);
      expect(reply.json()).toEqual({ code, errorMessage: expect.stringMatching(message) });
      expect(forwarded).toEqual([]);
    }
  });

  test("for its token before its body is parsed", async () => {
    const { clock, chat } = setUpChat();
    const reply = chat({ token: "x", rawBody: "{" });
    await clock.advance(0);
    expect(reply.status()).toBe(401);
  });

  test("with a token that was revoked", async () => {
    const { clock, chat, guard } = setUpChat();
    guard.admission = { status: "revoked" };
    const reply = chat();
    await clock.advance(0);
    expect(reply.status()).toBe(401);
    expect(reply.json()).toEqual({ code: 1004, errorMessage: "token: has been revoked; get a new token" });
  });

  test("above the rate limit, with a retry time that a page may read", async () => {
    const { clock, chat, guard } = setUpChat();
    guard.admission = { status: "limited", retryAfterMs: 12_345 };
    const reply = chat({ headers: { Origin: origin } });
    await clock.advance(0);
    expect(reply.head()).toMatchObject({
      statusCode: 429,
      headers: { "retry-after": "13", "access-control-allow-origin": origin },
    });
    expect(reply.json()).toMatchObject({ code: 1008 });
  });

  test.each([{}, whole])(
    "while another turn runs in its conversation, after five seconds (%o)",
    async (given) => {
      const { clock, chat, conversations } = setUpChat();
      conversations.take({ turnId: "another", token: "another's", expiresAt: startMs + 60_000 });
      const reply = chat(given);
      await clock.advance(4_900);
      expect(reply.hasBegun()).toBe(false);
      await clock.advance(600);
      await reply.done;
      expect(reply.head()).toMatchObject({ statusCode: 409, headers: { "retry-after": "2" } });
      expect(reply.json()).toMatchObject({
        code: 409,
        errorMessage: expect.stringMatching(/^conversation: /),
      });
    },
  );

  test("because of an error before the start, without its details", async () => {
    const { clock, chat, failing, log } = setUpChat();
    failing.store = new Error("password=hunter2");
    const reply = chat();
    await clock.advance(0);
    await reply.done;
    expect(reply.status()).toBe(500);
    expect(reply.json()).toEqual({ code: 1000, errorMessage: "internal error, please try again" });
    expect(log.lines).toMatchObject([{ level: "error", event: "request_failed" }]);
  });
});

describe("an error after the start", () => {
  test("is sent in the stream, closes the stream, and leaves the process alone", async () => {
    const { clock, chat } = setUpChat(() => async (_question, listener) => {
      await listener({ type: "delta", text: "half" });
      throw new Error("password=hunter2");
    });
    const reply = chat();
    await clock.advance(0);
    await expect(reply.done).resolves.toBeUndefined();
    expect(reply.status()).toBe(200);
    expect(reply.types()).toEqual(["start", "delta", "error"]);
    expect(JSON.parse(reply.events().at(-1)?.data ?? "")).toMatchObject({
      code: "internal",
      retryable: true,
    });
    expect(reply.text()).not.toContain("hunter2");
  });
});

describe("the same question with the same key", () => {
  test("is one turn, whose answer so far is replayed, and then continues as it comes", async () => {
    const { clock, chat, forwarded } = setUpChat(askFor(10));
    const first = chat(keyed);
    await clock.advance(4_000);
    const again = chat(keyed);
    await clock.advance(500);
    expect(again.deltaText()).toBe("word0 word1 word2 word3 word4 ");
    await clock.advance(10_000);
    expect(again.deltaText()).toBe(first.deltaText());
    expect(again.types().at(0)).toBe("start");
    expect(again.types().at(-1)).toBe("end");
    expect(again.events().at(0)?.data).toBe(first.events().at(0)?.data);
    expect(forwarded).toHaveLength(1);
    await again.done;
  });

  test("is answered whole to a client that accepts JSON", async () => {
    const { clock, chat } = setUpChat(answering("all of it"));
    chat(keyed);
    await clock.advance(0);
    const again = chat({ headers: { ...whole.headers, ...keyed.headers } });
    await clock.advance(500);
    expect(again.json()).toMatchObject({ content: "all of it", usage: { totalTokens: 7 } });
  });

  test("with another body is rejected", async () => {
    const { clock, chat } = setUpChat();
    chat(keyed);
    await clock.advance(0);
    const other = chat({ ...keyed, body: { content: "another" } });
    await clock.advance(0);
    expect(other.status()).toBe(409);
    expect(other.json()).toMatchObject({ errorMessage: expect.stringMatching(/^Idempotency-Key: /) });
  });

  test("from another user is another turn", async () => {
    const { clock, chat, forwarded, conversations } = setUpChat();
    chat(keyed);
    await clock.advance(0);
    expect(conversations.holder()).toBeUndefined();
    chat({ ...keyed, token: "u8" });
    await clock.advance(0);
    expect(new Set(forwarded.map(({ id }) => id)).size).toBe(2);
  });

  test("that could not run may be asked again at once", async () => {
    const { clock, chat, conversations } = setUpChat();
    conversations.take({ turnId: "another", token: "another's", expiresAt: startMs + 6_000 });
    const first = chat(keyed);
    await clock.advance(6_000);
    expect(first.status()).toBe(409);
    const again = chat(keyed);
    await clock.advance(0);
    expect(again.types()).toEqual(["start", "delta", "delta", "end"]);
  });
});
