import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { makeAnswerMachine } from "#adapters/dify/answer-machine.ts";
import { eventsOfBlockingBody } from "#adapters/dify/blocking-body.ts";
import { recording } from "../../../support/recordings.ts";

/** The meaning of a blocking answer's body, by the reader that also reads streams. */
const meaningOf = (body: string) => {
  const machine = makeAnswerMachine({ user: "u7", conversationId: undefined });
  const meanings = (eventsOfBlockingBody(body) ?? []).flatMap((event) => machine.take(event));
  const text = meanings.map((meaning) => (meaning.type === "delta" ? meaning.text : "")).join("");
  return { text, types: meanings.map(({ type }) => type), state: machine.state };
};

describe("a whole answer from Dify", () => {
  test.each([
    ["0.15.3/chat-block", "你好，you said: hi again 👋", ["begun", "memory", "delta", "facts"]],
    [
      "0.15.3/cf-echo-block",
      "A: nick=Bob level=3 q=third turn=3\nend",
      ["begun", "memory", "delta", "facts"],
    ],
    ["1.12.1/comp-block", "你好，y", ["begun", "delta", "facts"]],
    ["1.12.1/wf-block", "nick=Bob", ["begun", "delta", "facts"]],
  ])("%s is answered with its text", (name, text, types) => {
    const meaning = meaningOf(recording(name).body.toString());
    expect(meaning).toMatchObject({ text, types });
    expect(meaning.state).toMatchObject({ outcome: { status: "answered" } });
  });

  test("of a workflow that failed is a failure, even with status 200", () => {
    const body = {
      task_id: "t1",
      workflow_run_id: "r1",
      data: { status: "failed", error: "key sk-1", outputs: null },
    };
    expect(meaningOf(JSON.stringify(body)).state).toMatchObject({
      outcome: { status: "failed", code: "model" },
    });
  });

  test("of a chatflow that waits for a person returns its form", () => {
    const data = { paused_nodes: ["n"], status: "paused", reasons: [{ form_content: "May it go out?" }] };
    const body = { event: "workflow_paused", task_id: "t1", answer: "So far.", data };
    expect(meaningOf(JSON.stringify(body))).toMatchObject({
      text: "So far.",
      state: { outcome: { status: "paused", pause: { notice: "May it go out?" } } },
    });
  });

  test("is an outcome or undefined for any string, and never throws", () => {
    fc.assert(
      fc.property(fc.oneof(fc.json(), fc.string()), (body) => {
        expect(["undefined", "object"]).toContain(typeof eventsOfBlockingBody(body));
      }),
    );
    expect(eventsOfBlockingBody('{"code":"unauthorized"}')).toBeUndefined();
  });
});
