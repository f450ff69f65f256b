import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { toDifyQuestion } from "#adapters/dify/dify-request.ts";
import { difyTimeouts } from "#adapters/dify/dify-timeouts.ts";
import { askedAtOf, makeFindQuestion } from "#adapters/dify/find-question.ts";
import type { SendHttp } from "#adapters/http/http-client.ts";
import { systemClock } from "#adapters/node/system-clock.ts";
import { recording } from "../../../support/recordings.ts";
import { difyIntegration } from "../../../support/turns.ts";
import { questionOf } from "./dify-calls.ts";

const signal = new AbortController().signal;
/** When the question was asked, in seconds. */
const since = 1_767_225_600;

type Reply = readonly [status: number, body: unknown];

interface Given {
  readonly conversations?: Reply;
  /** By conversation. */
  readonly messages?: Readonly<Record<string, Reply>>;
}

const notFound: Reply = [404, { code: "not_found", message: "Conversation Not Exists.", status: 404 }];

/** A Dify that gives these replies, and the calls that it got. */
const setUp = ({ conversations = [200, { data: [] }], messages = {} }: Given) => {
  const calls: string[] = [];
  const sendHttp: SendHttp = async ({ url, method }) => {
    calls.push(`${method} ${url.pathname}?${url.searchParams}`);
    const ofConversation = messages[url.searchParams.get("conversation_id") ?? ""] ?? notFound;
    const [status, body] = url.pathname.endsWith("/conversations") ? conversations : ofConversation;
    return {
      status,
      headers: {},
      body: (async function* () {
        yield Buffer.from(JSON.stringify(body));
      })(),
    };
  };
  const findQuestion = makeFindQuestion({ sendHttp, clock: systemClock, timeouts: difyTimeouts });
  const find = (conversationId?: string, text = "hello") => {
    const integration = difyIntegration({ callbackUrl: "https://dify.example.com/v1" });
    return findQuestion(toDifyQuestion(questionOf({ integration, text, conversationId })), since, signal);
  };
  return { find, calls };
};

const message = (given: object = {}) => ({
  id: "m1",
  query: "hello",
  created_at: since + 1,
  answer: "",
  status: "normal",
  ...given,
});
const listOf = (...data: object[]): Reply => [200, { data }];
const running = { conversationId: "c1", messageId: "m1", state: { status: "running" } };

describe("a question in a continued conversation", () => {
  test("is found by its text and time, among others", async () => {
    const others = [
      message({ id: "earlier", created_at: since - 60, answer: "the answer to the same words before" }),
      message({ id: "other", query: "something else" }),
    ];
    const { find, calls } = setUp({ messages: { c1: listOf(...others, message()) } });
    expect(await find("c1")).toEqual(running);
    expect(calls).toEqual(["GET /v1/messages?user=u7&limit=20&conversation_id=c1"]);
  });

  test("is not found before Dify has stored it, nor if Dify does not say when or what was asked", async () => {
    for (const stored of [
      [message({ created_at: since - 1, answer: "of an earlier turn" })],
      [message({ created_at: undefined })],
      [message({ query: undefined })],
      [],
    ]) {
      expect(await setUp({ messages: { c1: listOf(...stored) } }).find("c1")).toBeUndefined();
    }
    expect(await setUp({}).find("c1")).toBeUndefined();
  });

  test("is found even if its text has spaces around it", async () => {
    const { find } = setUp({ messages: { c1: listOf(message({ query: "hello " })) } });
    expect(await find("c1", " hello")).toEqual(running);
  });

  test.each<[string, object, object]>([
    ["has its answer", { answer: "Hi." }, { status: "answered", text: "Hi." }],
    [
      "has failed",
      { status: "error", error: "Run failed: it is broken" },
      { status: "ended", outcome: { status: "failed", code: "model", retryable: false } },
    ],
    [
      "has failed at a rate limit",
      { status: "error", error: "Rate limit reached: 429" },
      { status: "ended", outcome: { code: "unavailable", retryable: false } },
    ],
    ["waits for a person", { status: "paused", answer: "Before." }, { status: "paused", text: "Before." }],
  ])("%s", async (_name, given, state) => {
    const { find } = setUp({ messages: { c1: listOf(message(given)) } });
    expect(await find("c1")).toMatchObject({ state });
  });

  test("is read from a real Dify's list", async () => {
    const body: { data: { query: string; created_at: number; answer: string }[] } = JSON.parse(
      recording("1.16.1/messages").body.toString("utf8"),
    );
    const [stored] = body.data;
    const { find } = setUp({
      messages: { c1: [200, { ...body, data: [{ ...stored, created_at: since }] }] },
    });
    expect(await find("c1", stored?.query)).toMatchObject({
      state: { status: "answered", text: stored?.answer },
    });
  });
});

test("a question that waits for a person is found with its form and its run, as a real Dify stores them", async () => {
  const body: { data: object[] } = JSON.parse(
    recording("1.16.1/A3-messages-while-paused").body.toString("utf8"),
  );
  const data = body.data.map((stored) => ({ ...stored, query: "hello", created_at: since }));
  const { find } = setUp({ messages: { c1: listOf(...data) } });
  expect(await find("c1")).toMatchObject({
    state: {
      status: "paused",
      text: "Before. ",
      forms: [{ form_token: expect.any(String) }],
      runId: expect.stringMatching(/^[0-9a-f-]{36}$/),
    },
  });
});

describe("a question in a new conversation", () => {
  const conversation = (id: string, createdAt = since) => ({ id, created_at: createdAt });

  test("is found in one of the user's newest conversations", async () => {
    const { find, calls } = setUp({
      conversations: listOf(
        conversation("c3", since + 9),
        conversation("c1"),
        conversation("c0", since - 60),
      ),
      messages: {
        c3: listOf(message({ query: "something else" })),
        c1: listOf(message()),
        c0: listOf(message({ id: "in an older conversation" })),
      },
    });
    expect(await find()).toEqual(running);
    expect(calls).toHaveLength(3);
    expect(calls[0]).toBe("GET /v1/conversations?user=u7&limit=20");
  });

  test("is looked for in at most five", async () => {
    const many = Array.from({ length: 20 }, (_, at) => conversation(`c${at}`, since + at));
    const { find, calls } = setUp({ conversations: listOf(...many) });
    expect(await find()).toBeUndefined();
    expect(calls).toHaveLength(6);
  });

  test("is not found if Dify does not answer", async () => {
    expect(await setUp({ conversations: [500, {}] }).find()).toBeUndefined();
  });
});

test("any reply of Dify's is read without an error", async () => {
  const reply = fc.tuple(fc.constantFrom(200, 404, 500), fc.jsonValue());
  await fc.assert(
    fc.asyncProperty(reply, reply, async (conversations, ofConversation) => {
      const { find } = setUp({ conversations, messages: { c1: ofConversation } });
      await find("c1");
      await find();
    }),
  );
});

describe("when a question was asked", () => {
  const now = since * 1000 + 900;

  test("is read from the clock that the response shows, less the time until its head", () => {
    const date = "Thu, 01 Jan 2026 01:00:00 GMT";
    expect(askedAtOf(date, 2_500, now)).toBe(since + 3_600 - 3 - 1);
  });

  test.each([undefined, "", "yesterday"])("is our own time, less a margin, for %j", (date) => {
    expect(askedAtOf(date, 0, now)).toBe(since - 5 - 1 + 0);
  });
});
