import { describe, expect, test } from "@jest/globals";
import type { StandInDify } from "../../../../local/dify/server.ts";
import { eventually } from "../../../support/eventually.ts";
import {
  answerIn,
  ask,
  conversationIn,
  eventNames,
  eventsIn,
  never,
  openStream,
  question,
  send,
  withAnyDify,
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
    "fails so many times and then works",
    withDify(async (dify) => {
      dify.configure("app-x", {
        behaviour: {
          kind: "http_error",
          status: 429,
          code: "too_many_requests",
          message: "Later.",
          times: 2,
        },
      });
      const answers = [];
      for (let count = 0; count < 3; count += 1) {
        answers.push(await ask(dify, "app-x", question("hi")));
      }
      expect(answers.map(({ status }) => status)).toEqual([429, 429, 200]);
      expect(JSON.parse(answers[0]?.text ?? "")).toEqual({
        code: "too_many_requests",
        message: "Later.",
        status: 429,
      });
    }),
  );

  test(
    "answers like a proxy in front of it where the error has no code",
    withDify(async (dify) => {
      dify.configure("app-x", { behaviour: { kind: "http_error", status: 502 } });
      const { status, headers, text } = await ask(dify, "app-x", question("hi"));
      expect([status, headers.get("content-type")]).toEqual([502, "text/html"]);
      expect(text).toContain("<h1>502</h1>");
    }),
  );

  test(
    "refuses a connection and then works",
    withDify(async (dify) => {
      dify.configure("app-x", { behaviour: { kind: "refuse", times: 1 } });
      await expect(ask(dify, "app-x", question("hi"))).rejects.toThrow();
      expect((await ask(dify, "app-x", question("hi"))).status).toBe(200);
    }),
  );

  test(
    "breaks off after so many deltas",
    withDify(async (dify) => {
      dify.configure("app-x", { reply: deltas, paceMs: 50, behaviour: { kind: "cut", afterDeltas: 2 } });
      const stream = await openStream(dify, "app-x", "/chat-messages", question("hi"));
      const text = await stream.until((soFar) => soFar.includes("two "));
      expect(answerIn(text)).toBe("one two ");
      await expect(stream.until(never)).rejects.toThrow();
    }),
  );

  test.each(["chat", "completion", "advanced-chat", "workflow"] as const)(
    "in mode %s answers whole, though asked for a stream, where its server cannot stream",
    withAnyDify(async (dify, mode) => {
      const behaviour = { kind: "no_streaming", how: "answers_whole" } as const;
      dify.configure("app-x", { mode, reply: deltas, behaviour });
      const { status, headers, text } = await send(dify, "app-x", "POST", pathOf[mode], question("hi"));
      expect([status, headers.get("content-type")]).toEqual([200, "application/json; charset=utf-8"]);
      expect(JSON.parse(text)).toMatchObject(
        mode === "workflow"
          ? { data: { status: "succeeded", outputs: { text: "one two three" } } }
          : { event: "message", answer: "one two three" },
      );
    }),
  );

  test(
    "refuses a stream, and gives the whole, where its server cannot stream and says so",
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

  test(
    "that is an agent cannot be one that does not stream",
    withDify(async (dify) => {
      const behaviour = { kind: "no_streaming", how: "refuses" } as const;
      expect(() => dify.configure("app-x", { mode: "agent-chat", behaviour })).toThrow(
        "an agent does nothing but stream",
      );
    }),
  );

  test("says nothing at all, until the server closes", async () => {
    let asked: Promise<unknown> = Promise.resolve();
    await withDify(async (dify) => {
      dify.configure("app-x", { behaviour: { kind: "silent" } });
      asked = expect(ask(dify, "app-x", question("hi"))).rejects.toThrow();
    })();
    await asked;
  });

  test(
    "sends nothing but pings",
    withDify(
      async (dify) => {
        dify.configure("app-x", { behaviour: { kind: "pings_only" } });
        const stream = await openStream(dify, "app-x", "/chat-messages", question("hi"));
        const text = await stream.until((soFar) => soFar.length > 40);
        expect(text).toMatch(/^(?:event: ping\n\n)+$/);
        stream.leave();
      },
      { pingMs: 5 },
    ),
  );

  test(
    "ends without a terminal event",
    withDify(async (dify) => {
      dify.configure("app-x", { reply: deltas, behaviour: { kind: "no_terminal" } });
      const { text } = await ask(dify, "app-x", question("hi"));
      expect(answerIn(text)).toBe("one two three");
      expect(eventNames(text)).not.toContain("message_end");
      expect(eventNames(text)).not.toContain("workflow_finished");
    }),
  );

  test(
    "says all there is and does not close",
    withDify(
      async (dify) => {
        dify.configure("app-x", { behaviour: { kind: "never_closes" } });
        const stream = await openStream(dify, "app-x", "/chat-messages", question("hi"));
        const text = await stream.until((soFar) => /message_end.*(?:event: ping\n\n){2}$/s.test(soFar));
        expect(eventNames(text).at(-1)).toBe("message_end");
        stream.leave();
      },
      { pingMs: 10 },
    ),
  );

  test(
    "fails in the middle of its answer, with the code it is told",
    withDify(async (dify) => {
      dify.configure("app-x", {
        mode: "chat",
        reply: deltas,
        behaviour: {
          kind: "model_error",
          code: "rate_limit_error",
          status: 429,
          message: "Slow.",
          afterDeltas: 1,
        },
      });
      const { status, text } = await ask(dify, "app-x", question("hi"));
      expect(status).toBe(200);
      expect(answerIn(text)).toBe("one ");
      expect(eventsIn(text).at(-1)).toMatchObject({ event: "error", code: "rate_limit_error", status: 429 });
    }),
  );

  test(
    "thinks aloud, with its tags split over chunks",
    withDify(async (dify) => {
      dify.configure("app-x", { reply: deltas, behaviour: { kind: "think", thought: "Hm hm." } });
      const { text } = await ask(dify, "app-x", question("hi"));
      expect(answerIn(text)).toBe("<think>\nHm hm.\n</think>\n\none two three");
      expect(eventsIn(text).find(({ event }) => event === "message")).toMatchObject({ answer: "<thi" });
    }),
  );

  test(
    "keeps its thoughts apart only from 1.16 on",
    withDify(async (dify) => {
      const behaviour = { kind: "think", format: "separated", thought: "Hm." } as const;
      dify.configure("app-old", { reply: deltas, behaviour });
      dify.configure("app-new", { version: "1.16.0", reply: deltas, behaviour });
      const old = await ask(dify, "app-old", question("hi"));
      expect(answerIn(old.text)).toContain("<think>");
      expect(eventsIn(old.text).at(-2)).toMatchObject({ data: { outputs: { answer: "one two three" } } });
      const recent = await ask(dify, "app-new", question("hi"));
      expect(answerIn(recent.text)).toBe("one two three");
      expect(eventNames(recent.text)).toContain("reasoning_chunk");
    }),
  );

  test(
    "brings a file: a chat app as an event, after which text comes under its name",
    withDify(async (dify) => {
      dify.configure("app-x", {
        mode: "chat",
        version: "1.14.2",
        reply: deltas,
        behaviour: { kind: "files" },
      });
      const events = eventsIn((await ask(dify, "app-x", question("hi"))).text);
      const files = events.filter(({ event }) => event === "message_file");
      expect(files[0]).toMatchObject({
        type: "image",
        belongs_to: "assistant",
        url: expect.stringMatching(/^\/files\//),
      });
      expect(
        files
          .slice(1)
          .map(({ answer }) => answer)
          .join(""),
      ).toMatch(/!\[picture\]\(\/files\//);
      const link = await fetch(new URL(String(files[0]?.url), dify.url));
      expect(link.headers.get("content-type")).toBe("image/png");
    }),
  );

  test(
    "brings a file: a workflow among its outputs, once alone and once in a list",
    withDify(async (dify) => {
      dify.configure("app-x", { mode: "workflow", reply: deltas, behaviour: { kind: "files" } });
      const { text } = await send(dify, "app-x", "POST", "/workflows/run", question("hi"));
      const picture = expect.objectContaining({
        dify_model_identity: "__dify__file__",
        url: expect.stringMatching(/^\/files\//),
      });
      expect(eventsIn(text).at(-1)).toMatchObject({
        data: { outputs: { text: "one two three", picture, pictures: [picture] } },
      });
    }),
  );

  test(
    "stores an answer with files without its links to pictures until 1.15",
    withDify(async (dify) => {
      for (const [version, link] of [
        ["1.15.0", false],
        ["1.16.0", true],
      ] as const) {
        dify.configure("app-x", { version, reply: deltas, behaviour: { kind: "files" } });
        const { text } = await ask(dify, "app-x", question("hi"));
        expect(answerIn(text)).toContain("![picture](");
        const path = `/messages?user=u1&conversation_id=${conversationIn(text)}`;
        const stored = JSON.parse((await send(dify, "app-x", "GET", path)).text).data[0].answer;
        expect([stored.includes("one two three"), stored.includes("![picture](")]).toEqual([true, link]);
      }
    }),
  );

  test(
    "tells where it has its answer from",
    withDify(async (dify) => {
      dify.configure("app-x", {
        sources: [{ dataset: "Handbook", document: "trips.md", content: "Book early." }],
      });
      const events = eventsIn((await ask(dify, "app-x", question("hi"))).text);
      expect(events.at(-1)).toMatchObject({
        metadata: {
          retriever_resources: [{ position: 1, dataset_name: "Handbook", document_name: "trips.md" }],
        },
      });
    }),
  );

  test(
    "waits a second before the first event in 1.12.1 unless it need not name the conversation",
    withDify(async (dify) => {
      const startedAt = Date.now();
      await ask(dify, "app-x", question("hi", { auto_generate_name: undefined }));
      expect(Date.now() - startedAt).toBeGreaterThanOrEqual(990);
    }),
  );
});

describe("a stream that is cut", () => {
  const cut = { kind: "cut", afterDeltas: 1 } as const;
  const readUntilCut = async (dify: StandInDify, path: string): Promise<string> => {
    const stream = await openStream(dify, "app-x", path, question("hi"));
    const text = await stream.until((soFar) => soFar.includes("one "));
    await expect(stream.until(never)).rejects.toThrow();
    return text;
  };
  const storedIn = async (dify: StandInDify, text: string) => {
    const path = `/messages?user=u1&conversation_id=${conversationIn(text)}`;
    return JSON.parse((await send(dify, "app-x", "GET", path)).text).data[0];
  };

  test(
    "leaves a chatflow at work from 1.13 on, whose answer is stored once it has ended",
    withDify(async (dify) => {
      dify.configure("app-x", { version: "1.14.2", reply: deltas, paceMs: 60, behaviour: cut });
      const text = await readUntilCut(dify, "/chat-messages");
      expect(answerIn(text)).toBe("one ");
      expect(await storedIn(dify, text)).toMatchObject({ answer: "", status: "normal" });
      const runPath = `/workflows/run/${eventsIn(text)[0]?.workflow_run_id}`;
      const running = JSON.parse((await send(dify, "app-x", "GET", runPath)).text);
      expect(running).toMatchObject({ status: "running", outputs: {} });

      await eventually(async () =>
        expect(await storedIn(dify, text)).toMatchObject({ answer: "one two three" }),
      );
      const ended = JSON.parse((await send(dify, "app-x", "GET", runPath)).text);
      expect(ended).toMatchObject({ status: "succeeded", outputs: { answer: "one two three" } });
    }),
  );

  test(
    "leaves a workflow at work from 1.13 on, whose outputs are stored once it has ended",
    withDify(async (dify) => {
      const mode = "workflow";
      dify.configure("app-x", { mode, version: "1.14.2", reply: deltas, paceMs: 60, behaviour: cut });
      const text = await readUntilCut(dify, "/workflows/run");
      await eventually(async () => {
        const path = `/workflows/run/${eventsIn(text)[0]?.workflow_run_id}`;
        expect(JSON.parse((await send(dify, "app-x", "GET", path)).text)).toMatchObject({
          status: "succeeded",
          outputs: { text: "one two three" },
        });
      });
    }),
  );

  test.each([
    ["a chatflow of 1.12", { version: "1.12.1" }],
    ["a chat app of any version", { mode: "chat", version: "1.16.0" }],
  ] as const)(
    "ends %s, with an empty answer left behind",
    withAnyDify(async (dify, _, profile) => {
      dify.configure("app-x", { ...profile, reply: deltas, paceMs: 30, behaviour: cut });
      const text = await readUntilCut(dify, "/chat-messages");
      await new Promise((resolve) => setTimeout(resolve, 200));
      expect(await storedIn(dify, text)).toMatchObject({ answer: "", status: "normal" });
    }),
  );

  test(
    "breaks a whole answer too, and lets the run go on",
    withDify(async (dify) => {
      dify.configure("app-x", { version: "1.14.2", reply: deltas, behaviour: { ...cut, times: 1 } });
      const blocking = question("hi", { response_mode: "blocking" });
      await expect(ask(dify, "app-x", blocking)).rejects.toThrow();
      expect((await ask(dify, "app-x", blocking)).status).toBe(200);
    }),
  );
});

describe("a client that leaves", () => {
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
    "may come back from 1.13 on, while the run goes on and when it is over",
    withDify(async (dify) => {
      dify.configure("app-x", { version: "1.14.2", reply: deltas, paceMs: 100 });
      const stream = await openStream(dify, "app-x", "/chat-messages", question("hi"));
      const left = eventsIn(await stream.until((soFar) => soFar.includes("one ")))[0];
      stream.leave();
      const path = `/workflow/${left?.workflow_run_id}/events?user=u1`;
      const whole = await openStream(dify, "app-x", `${path}&include_state_snapshot=true`);
      const again = await whole.until(never);
      expect(answerIn(again)).toBe("one two three");
      const over = await send(dify, "app-x", "GET", path);
      expect(eventNames(over.text)).toEqual(["workflow_finished"]);
      const result = await send(dify, "app-x", "GET", `/workflows/run/${left?.workflow_run_id}`);
      expect(JSON.parse(result.text)).toMatchObject({
        status: "succeeded",
        outputs: { answer: "one two three" },
      });
    }),
  );
});
