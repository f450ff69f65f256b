import { describe, expect, test } from "@jest/globals";
import type { AnswerEvent } from "#core/answer/answer.ts";
import { maxFiles, maxKeptCharacters, maxReplacements, maxSources } from "#core/answer/answer-bounds.ts";
import type { AnswerSink } from "#core/answer/answer-sink.ts";
import type { Model } from "#core/answer/model.ts";
import { sentences } from "#core/answer/sentences.ts";
import { makeWholeDelivery } from "#core/im/whole-delivery.ts";
import { makeForwardTurn } from "#core/turn/forward-turn.ts";
import { makeMemoryConversations } from "../../../support/memory-conversations.ts";
import { makeMemoryLog } from "../../../support/memory-log.ts";
import { sameModel } from "../../../support/models.ts";
import { makeRecordingSink } from "../../../support/recording-sink.ts";
import { makeTestClock } from "../../../support/test-clock.ts";
import { noLimits } from "../../../support/turn-limits.ts";
import { difyIntegration, turn } from "../../../support/turns.ts";

const chunk = "x".repeat(4_096);
/** Far above every bound. */
const maxEvents = 10_000;

/** Runs a turn whose model emits `event` until it is aborted. */
const forward = async (
  event: (n: number) => AnswerEvent,
  { sink = makeRecordingSink(), showThinking = false }: { sink?: AnswerSink; showThinking?: boolean } = {},
) => {
  let emitted = 0;
  const modelStops: string[] = [];
  const ask: Model["ask"] = async (_question, listener, { signal }) => {
    await listener({ type: "begun", reference: "t1" });
    await listener({ type: "delta", text: "Hello " });
    while (!signal.aborted && emitted < maxEvents) {
      emitted += 1;
      await listener(event(emitted));
    }
    return signal.aborted ? { status: "abandoned" } : { status: "answered" };
  };
  const clock = makeTestClock();
  const log = makeMemoryLog();
  const forwardTurn = makeForwardTurn({
    conversations: makeMemoryConversations(clock),
    models: sameModel({ ask, stop: async (_integration, reference) => void modelStops.push(reference) }),
    clock,
    log,
    newToken: () => "t",
  });
  const integration = difyIntegration({ options: { showThinking } });
  const report = await forwardTurn(turn({ integration }), { sink }, noLimits());
  if (report.status !== "ended") throw new Error("busy");
  await report.cleanup;
  return { report, emitted, modelStops, events: log.lines.map(({ event: name }) => name) };
};

const brokenOff = { status: "failed", code: "broken_off", sentence: sentences.brokenOff, retryable: true };

describe("an endless answer is broken off, with what came before, and stopped at the model", () => {
  test.each<[string, (n: number) => AnswerEvent]>([
    [
      "of hidden text after a mark that is never closed",
      (n) => ({ type: "delta", text: `${n === 1 ? "<think>" : ""}${chunk}` }),
    ],
    [
      "of files",
      (n) => ({ type: "file", file: { url: `https://a.example/${n}.png`, name: undefined, kind: "image" } }),
    ],
  ])("%s", async (_, event) => {
    const sink = makeRecordingSink();
    const { report, emitted, modelStops, events } = await forward(event, { sink });
    expect(report.outcome).toEqual({ status: "incomplete" });
    expect(emitted).toBeLessThan(maxEvents);
    expect(sink.text()).toMatch(/^Hello /);
    expect(sink.calls.filter((call) => "end" in call)).toEqual([{ end: brokenOff }]);
    expect(modelStops).toEqual(["t1"]);
    expect(events).toEqual(["answer_too_large"]);
  });

  test("of replacements", async () => {
    const sink = makeRecordingSink();
    const { report, emitted } = await forward((n) => ({ type: "replace", text: `text ${n}` }), { sink });
    expect(report.outcome).toEqual({ status: "incomplete" });
    expect(emitted).toBeLessThan(maxReplacements + 5);
    expect(sink.text()).toBe(`text ${maxReplacements}${sentences.brokenOff}`);
  });

  test.each([false, true])("that is sent as a whole, with its reasoning shown: %p", async (showThinking) => {
    const sent: string[] = [];
    const im = { sendText: async (_route: unknown, text: string) => void sent.push(text) };
    const route = { appKey: "a", fromUserId: "bot", channelType: "PERSON", targetId: "u7" } as const;
    const clock = makeTestClock();
    const sink = makeWholeDelivery({ im, clock, maxRetryMs: 0 })(route, {
      isHeld: () => true,
      deliverBy: Number.POSITIVE_INFINITY,
    });
    const { report } = await forward(() => ({ type: showThinking ? "thought" : "delta", text: chunk }), {
      sink,
      showThinking,
    });
    expect(report.outcome).toEqual({ status: "incomplete" });
    expect(sent.join("")).toHaveLength(maxKeptCharacters + sentences.brokenOff.length);
    expect(sent.at(-1)).toMatch(/interrupted/);
  });
});

test("every file up to the limit is linked", async () => {
  const sink = makeRecordingSink();
  await forward(
    (n) => ({ type: "file", file: { url: `https://a.example/${n}.png`, name: undefined, kind: "image" } }),
    { sink },
  );
  expect(sink.text().match(/!\[/g)).toHaveLength(maxFiles);
});

test.each<[string, (n: number) => AnswerEvent]>([
  ["text, which is sent as it comes", () => ({ type: "delta", text: chunk })],
  ["reasoning, which is hidden", () => ({ type: "thought", text: chunk })],
])("an answer has no limit on its %s", async (_, event) => {
  const { report, emitted } = await forward(event);
  expect(report.outcome).toEqual({ status: "answered" });
  expect(emitted).toBe(maxEvents);
});

test.each([
  ["number", Array.from({ length: 5_000 }, (_, at) => ({ document: `d${at}`, content: "c" })), maxSources],
  ["size", Array.from({ length: 50 }, () => ({ content: "c".repeat(100_000) })), 2],
])("the sources of an answer are limited in %s", async (_, sources, kept) => {
  const sink = makeRecordingSink();
  await forward(
    (n) => (n === 1 ? { type: "facts", facts: { usage: undefined, sources } } : { type: "delta", text: "x" }),
    { sink },
  );
  expect(sink.calls.at(-1)).toMatchObject({
    end: { status: "complete", facts: { sources: { length: kept } } },
  });
});
