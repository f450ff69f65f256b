import { describe, expect, test } from "@jest/globals";
import type { DifySimulator, ProfileInput } from "../../../../local/dify/server.ts";
import { cutAfter, onlyPings, silence } from "../../../support/dify-scripts.ts";
import { eventually } from "../../../support/eventually.ts";
import type { TestClock } from "../../../support/test-clock.ts";
import {
  answerIn,
  ask,
  conversationIn,
  eventsIn,
  never,
  openStream,
  paceMs,
  question,
  send,
  withAnyDify,
  withClock,
  withDify,
} from "./client.ts";

const pathOf = {
  chat: "/chat-messages",
  "advanced-chat": "/chat-messages",
  completion: "/completion-messages",
  workflow: "/workflows/run",
} as const;

const deltas = { kind: "deltas" as const, deltas: ["one ", "two ", "three"] };

describe("an app", () => {
  test(
    "answers with the configured error",
    withDify(async (dify) => {
      const error = { status: 429, code: "too_many_requests", message: "Later." };
      dify.configure("app-x", { behaviour: { kind: "http_error", ...error } });
      const { status, text } = await ask(dify, "app-x", question("hi"));
      expect([status, JSON.parse(text)]).toEqual([429, error]);
    }),
  );

  test(
    "answers like a proxy in front of it if the error has no code",
    withDify(async (dify) => {
      dify.configure("app-x", { behaviour: { kind: "http_error", status: 502 } });
      const { status, headers, text } = await ask(dify, "app-x", question("hi"));
      expect([status, headers.get("content-type")]).toEqual([502, "text/html"]);
      expect(text).toContain("<h1>502</h1>");
    }),
  );

  test.each(["chat", "completion", "advanced-chat", "workflow"] as const)(
    "in mode %s answers whole instead of the requested stream, if its server cannot stream",
    withAnyDify(async (dify, mode) => {
      const behaviour = { kind: "no_streaming", how: "answers_whole" } as const;
      dify.configure("app-x", { mode, reply: deltas, behaviour });
      const { status, headers, text } = await send(dify, "app-x", "POST", pathOf[mode], question("hi"));
      expect([status, headers.get("content-type")]).toEqual([200, "application/json; charset=utf-8"]);
      expect(JSON.parse(text)).toMatchObject(
        mode === "workflow"
          ? { data: { status: "succeeded", outputs: { out: "one two three" } } }
          : { event: "message", answer: "one two three" },
      );
    }),
  );

  test(
    "rejects a stream, and answers whole, if its server cannot stream and says so",
    withDify(async (dify) => {
      dify.configure("app-x", { reply: deltas, behaviour: { kind: "no_streaming", how: "refuses" } });
      const refused = await ask(dify, "app-x", question("hi"));
      expect([refused.status, JSON.parse(refused.text)]).toEqual([
        400,
        expect.objectContaining({
          code: "invalid_param",
          message: expect.stringMatching(/streaming.*not supported/i),
        }),
      ]);
      const whole = await ask(dify, "app-x", question("hi", { response_mode: "blocking" }));
      expect(JSON.parse(whole.text)).toMatchObject({ answer: "one two three" });
    }),
  );

  test("says nothing at all, until the server closes", async () => {
    let asked: Promise<unknown> = Promise.resolve();
    await withDify(async (dify) => {
      dify.configure("app-x", { script: silence });
      asked = expect(ask(dify, "app-x", question("hi"))).rejects.toThrow();
    })();
    await asked;
  });

  test(
    "sends nothing but pings",
    withDify(
      async (dify) => {
        dify.configure("app-x", { script: onlyPings });
        const stream = await openStream(dify, "app-x", "/chat-messages", question("hi"));
        const text = await stream.until((soFar) => soFar.length > 40);
        expect(text).toMatch(/^(?:event: ping\n\n)+$/);
        stream.leave();
      },
      { pingMs: 5 },
    ),
  );
});

describe("a stream that is cut", () => {
  const script = cutAfter(["one "], ["two ", "three"]);
  const readUntilCut = async (dify: DifySimulator, clock: TestClock, path: string): Promise<string> => {
    const stream = await openStream(dify, "app-x", path, question("hi"));
    const text = await stream.until((soFar) => soFar.includes("one "));
    await clock.advance(paceMs);
    await expect(stream.until(never)).rejects.toThrow();
    return text;
  };
  const storedIn = async (dify: DifySimulator, text: string) => {
    const path = `/messages?user=u1&conversation_id=${conversationIn(text)}`;
    return JSON.parse((await send(dify, "app-x", "GET", path)).text).data[0];
  };

  test(
    "leaves a queued chatflow in the queue from 1.13 on, whose conversation exists once it has begun",
    withClock(async (dify, clock) => {
      const queued = { do: "wait", ms: 80, pings: false } as const;
      dify.configure("app-x", {
        version: "1.16.1",
        script: [
          queued,
          { do: "cut" },
          queued,
          { do: "begin" },
          { do: "say", pieces: ["one "] },
          { do: "finish" },
        ],
      });
      const conversations = async () =>
        JSON.parse((await send(dify, "app-x", "GET", "/conversations?user=u1&limit=20")).text).data;
      const stream = await openStream(dify, "app-x", "/chat-messages", question("hi"));
      await clock.advance(80);
      await expect(stream.until(never)).rejects.toThrow();
      expect(await conversations()).toEqual([]);
      await clock.advance(80);
      expect(await conversations()).toHaveLength(1);
      const [{ id }] = await conversations();
      const path = `/messages?user=u1&conversation_id=${id}`;
      await clock.advance(paceMs);
      expect(JSON.parse((await send(dify, "app-x", "GET", path)).text).data).toMatchObject([
        { query: "hi", answer: "one " },
      ]);
    }),
  );

  test(
    "leaves a chatflow running from 1.13 on, whose answer is stored once it has ended",
    withClock(async (dify, clock) => {
      dify.configure("app-x", { version: "1.14.2", script });
      const text = await readUntilCut(dify, clock, "/chat-messages");
      expect(answerIn(text)).toBe("one ");
      expect(await storedIn(dify, text)).toMatchObject({ answer: "", status: "normal" });
      const runPath = `/workflows/run/${eventsIn(text)[0]?.workflow_run_id}`;
      const running = JSON.parse((await send(dify, "app-x", "GET", runPath)).text);
      expect(running).toMatchObject({ status: "running", outputs: {} });

      await clock.advance(2 * paceMs);
      expect(await storedIn(dify, text)).toMatchObject({ answer: "one two three" });
      const ended = JSON.parse((await send(dify, "app-x", "GET", runPath)).text);
      expect(ended).toMatchObject({ status: "succeeded", outputs: { answer: "one two three" } });
    }),
  );

  test(
    "leaves a workflow running from 1.13 on, whose outputs are stored once it has ended",
    withClock(async (dify, clock) => {
      dify.configure("app-x", { mode: "workflow", version: "1.14.2", script });
      const text = await readUntilCut(dify, clock, "/workflows/run");
      await clock.advance(2 * paceMs);
      const path = `/workflows/run/${eventsIn(text)[0]?.workflow_run_id}`;
      expect(JSON.parse((await send(dify, "app-x", "GET", path)).text)).toMatchObject({
        status: "succeeded",
        outputs: { text: "one two three" },
      });
    }),
  );

  test.each([
    ["a chatflow of 1.12", { version: "1.12.1" }],
    ["a chat app of any version", { mode: "chat", version: "1.16.1" }],
  ] as const)(
    "ends %s, with an empty answer left behind",
    withClock(async (dify, clock, _: string, profile: ProfileInput) => {
      dify.configure("app-x", { ...profile, script });
      const text = await readUntilCut(dify, clock, "/chat-messages");
      await clock.advance(1_000);
      expect(await storedIn(dify, text)).toMatchObject({ answer: "", status: "normal" });
    }),
  );

  test(
    "breaks a whole answer too",
    withDify(async (dify) => {
      dify.configure("app-x", { version: "1.14.2", script });
      const blocking = question("hi", { response_mode: "blocking" });
      await expect(ask(dify, "app-x", blocking)).rejects.toThrow();
    }),
  );
});

describe("a client that disconnects", () => {
  test(
    "ends the run until 1.12, with an empty answer left behind",
    withDify(async (dify) => {
      dify.configure("app-x", { reply: deltas, paceMs: 100 });
      const stream = await openStream(dify, "app-x", "/chat-messages", question("hi"));
      const text = await stream.until((soFar) => soFar.includes("one "));
      stream.leave();
      await new Promise((resolve) => setTimeout(resolve, 350));
      const path = `/messages?user=u1&conversation_id=${eventsIn(text)[0]?.conversation_id}`;
      expect(JSON.parse((await send(dify, "app-x", "GET", path)).text).data).toMatchObject([
        { answer: "", status: "normal" },
      ]);
    }),
  );

  test(
    "leaves the run going from 1.13 on",
    withDify(async (dify) => {
      dify.configure("app-x", { version: "1.14.2", reply: deltas, paceMs: 20 });
      const stream = await openStream(dify, "app-x", "/chat-messages", question("hi"));
      const first = eventsIn(await stream.until((soFar) => soFar.includes("one ")))[0];
      stream.leave();
      await eventually(async () => {
        const result = await send(dify, "app-x", "GET", `/workflows/run/${first?.workflow_run_id}`);
        expect(JSON.parse(result.text)).toMatchObject({
          status: "succeeded",
          outputs: { answer: "one two three" },
        });
      });
    }),
  );
});
