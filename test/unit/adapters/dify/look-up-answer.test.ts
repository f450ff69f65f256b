import { describe, expect, test } from "@jest/globals";
import { toDifyQuestion } from "#adapters/dify/dify-request.ts";
import { difyTimeouts } from "#adapters/dify/dify-timeouts.ts";
import { makeLookUpAnswer, type RunState } from "#adapters/dify/look-up-answer.ts";
import { makeTextDigest } from "#adapters/dify/text-digest.ts";
import { makeHttpClient } from "#adapters/http/http-client.ts";
import { systemClock } from "#adapters/node/system-clock.ts";
import { difyIntegration } from "../../../support/turns.ts";
import { withServer } from "../http/servers.ts";
import { questionOf } from "./dify-calls.ts";

const signal = new AbortController().signal;
const sendHttp = makeHttpClient({ publicOnly: false, clock: systemClock });
const lookUpAnswer = makeLookUpAnswer({ sendHttp, clock: systemClock, timeouts: difyTimeouts });
const run = { runId: "r1", ids: { conversationId: "c1", messageId: "m1", taskId: "t1" } };

type Reply = readonly [status: number, body: object];

/** Runs a test against a Dify that gives these replies. */
const withDify = (
  replies: { readonly run?: Reply; readonly messages?: Reply },
  test: (question: ReturnType<typeof toDifyQuestion>) => Promise<void>,
) =>
  withServer(
    (request, response) => {
      const [status, body] = (request.url?.includes("/workflows/run/") ? replies.run : replies.messages) ?? [
        500,
        {},
      ];
      response.writeHead(status).end(JSON.stringify(body));
    },
    ({ url }) =>
      test(
        toDifyQuestion(
          questionOf({ integration: difyIntegration({ callbackUrl: url }), conversationId: "c1" }),
        ),
      ),
  )();

const message = (answer: string) => [200, { data: [{ id: "m1", answer, status: "normal" }] }] as const;
const outputs = (answer: string) => ({ outputs: { answer, files: [] } });

describe("a run", () => {
  test.each<[string, Reply, Reply, boolean, string, object]>([
    ["goes on", [200, { status: "running" }], message(""), true, "", { status: "running" }],
    [
      "goes on as long as it pings, whatever its message has",
      [200, { status: "running" }],
      message("half"),
      false,
      "half",
      { status: "running" },
    ],
    [
      "has lost its worker if it is quiet and its message has text",
      [200, { status: "running" }],
      message("half of it"),
      true,
      "half",
      { status: "broken_off", text: "half of it" },
    ],
    [
      "has its answer in the message, which may be moderated",
      [200, { status: "succeeded", ...outputs("damn") }],
      message("****"),
      false,
      "",
      { status: "answered", text: "****" },
    ],
    [
      "has its answer in the outputs after an error branch",
      [200, { status: "partial-succeeded", ...outputs("R: FALLBACK") }],
      message("R: part0"),
      false,
      "",
      { status: "answered", text: "R: FALLBACK" },
    ],
    ["was stopped", [200, { status: "stopped" }], message(""), false, "", { outcome: { status: "stopped" } }],
    [
      "waits for a person",
      [200, { status: "paused" }],
      message(""),
      false,
      "",
      { status: "paused", text: "", forms: [] },
    ],
    [
      "has failed, and says why",
      [200, { status: "failed", error: "Rate limit reached: 429", total_steps: 2 }],
      message(""),
      false,
      "",
      { outcome: { status: "failed", code: "unavailable", retryable: true } },
    ],
    [
      "has failed after some of its text",
      [200, { status: "failed" }],
      message("half"),
      false,
      "half",
      { outcome: { status: "incomplete" } },
    ],
    [
      "is not known to have its answer while the message cannot be read",
      [200, { status: "succeeded", outputs: { answer: "damn" } }],
      [500, {}],
      false,
      "",
      { status: "running" },
    ],
    ["may go on if Dify does not answer", [502, {}], message("half"), true, "", { status: "unknown" }],
  ])("%s", (_, runReply, messages, isQuiet, text, expected) =>
    withDify({ run: runReply, messages }, async (question) => {
      const received = makeTextDigest();
      received.append(text);
      const state: RunState = await lookUpAnswer.findRun(
        question,
        run,
        { received, lengthBefore: 0 },
        { isQuiet, signal },
      );
      expect(state).toMatchObject(expected);
    }),
  );
});

describe("a conversation", () => {
  const lost = { code: "not_found", message: "Conversation Not Exists. You have requested this URI" };

  test.each<[string, Reply, string]>([
    ["exists", message("hi"), "found"],
    ["is lost", [404, lost], "lost"],
    ["is unknown while Dify is down", [500, {}], "unknown"],
    ["is unknown behind a proxy's 404", [404, {}], "unknown"],
    ["is unknown where the key is refused", [401, { code: "unauthorized", message: "" }], "unknown"],
  ])("%s", (_, messages, expected) =>
    withDify({ messages }, async (question) => {
      expect(await lookUpAnswer.findConversation(question, signal)).toBe(expected);
    }),
  );
});
