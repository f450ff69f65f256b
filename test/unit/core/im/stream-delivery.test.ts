import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import type { AnswerEnding } from "#core/answer/answer-sink.ts";
import { sentences } from "#core/answer/sentences.ts";
import type { ImMessages, MessageRoute, StreamChunk } from "#core/im/im-messages.ts";
import { makeChunkInterval } from "#core/im/shared-rate.ts";
import { makeStreamDelivery } from "#core/im/stream-delivery.ts";
import { BridgeError } from "#core/shared/errors.ts";
import { failedWith } from "../../../support/endings.ts";
import { makeTestClock } from "../../../support/test-clock.ts";

const route: MessageRoute = { appKey: "a", fromUserId: "bot", channelType: "PERSON", targetId: "u7" };
const minIntervalMs = 200;
const maxRetryMs = 30_000;

interface SentChunk extends StreamChunk {
  readonly at: number;
}

/** An IM that takes `callMs` for a call, and fails those that `failure` names. */
const setUp = ({
  callMs = 0,
  failure = (_call: number): BridgeError | undefined => undefined,
  intervalMs = (_answers: number): number => minIntervalMs,
  answersInProgress = (): number => 1,
} = {}) => {
  const clock = makeTestClock();
  const start = clock.now();
  const sent: SentChunk[] = [];
  const texts: string[] = [];
  let calls = 0;
  let begun = 0;
  let inFlight = 0;
  let mostInFlight = 0;
  const im: Pick<ImMessages, "sendChunk" | "sendText"> = {
    sendChunk: async (_route, chunk) => {
      calls += 1;
      const error = failure(calls);
      inFlight += 1;
      mostInFlight = Math.max(mostInFlight, inFlight);
      const at = clock.now() - start;
      if (callMs > 0) await clock.sleep(callMs);
      inFlight -= 1;
      if (error) throw error;
      sent.push({ ...chunk, at });
      if (chunk.messageUID === undefined) begun += 1;
      return chunk.messageUID ?? `m${begun}`;
    },
    sendText: async (_route, text) => void texts.push(text),
  };
  const sink = makeStreamDelivery({ im, clock, intervalMs, maxRetryMs })(route, {
    isHeld: () => true,
    answersInProgress,
    onOpen: () => {},
    deliverBy: Number.POSITIVE_INFINITY,
  });
  return { sink, clock, sent, texts, calls: () => calls, mostInFlight: () => mostInFlight };
};

const tooMany = (retryAfterMs?: number): BridgeError =>
  new BridgeError("rate_limited", "429", { retryable: true, retryAfterMs });

describe("an answer whose text the IM refuses", () => {
  const refused = new BridgeError("text_refused", "the IM answered HTTP 200, code 21501");

  test("is followed by one harmless sentence, and counts as undelivered", async () => {
    const { sink, sent, texts } = setUp({ failure: () => refused });
    sink.delta("a bad word");
    const delivery = await sink.end({ status: "complete" });
    expect(delivery).toMatchObject({ status: "undelivered", reason: expect.stringContaining("21501") });
    expect({ sent, texts }).toEqual({ sent: [], texts: [sentences.refusedByIm] });
  });

  test("is closed as broken off if some of it was accepted", async () => {
    const { sink, clock, sent, texts } = setUp({ failure: (call) => (call === 2 ? refused : undefined) });
    sink.delta("so far so good, ");
    await clock.advance(minIntervalMs);
    sink.delta("a bad word");
    const ended = sink.end({ status: "complete" });
    await clock.advance(minIntervalMs);
    expect(await ended).toMatchObject({ status: "undelivered" });
    expect(sent.map(({ text, completeReason }) => [text, completeReason])).toEqual([
      ["so far so good, ", undefined],
      ["", 1],
    ]);
    expect(texts).toEqual([sentences.refusedByIm]);
  });

  test("is followed by nothing if the user blocks the bot", async () => {
    const { sink, texts } = setUp({ failure: () => new BridgeError("upstream_refused", "code 405") });
    sink.delta("hello");
    expect(await sink.end({ status: "complete" })).toMatchObject({ status: "undelivered" });
    expect(texts).toEqual([]);
  });
});

describe("a stream message", () => {
  test("sends its first text synchronously", () => {
    const { sink, calls } = setUp();
    sink.delta("Hel");
    expect(calls()).toBe(1);
  });

  test("gathers the text between two sends, counts from 1, and completes on the last chunk, which does not wait", async () => {
    const { sink, clock, sent } = setUp();
    sink.delta("a");
    sink.delta("b");
    await clock.advance(50);
    sink.delta("c");
    await clock.advance(minIntervalMs);
    sink.delta("d");
    const delivered = sink.end({ status: "complete" });
    await clock.advance(2 * minIntervalMs);
    expect(await delivered).toEqual({ status: "delivered" });
    expect(sent).toEqual([
      { seq: 1, text: "a", messageUID: undefined, completeReason: undefined, at: 0 },
      { seq: 2, text: "bc", messageUID: "m1", completeReason: undefined, at: 200 },
      { seq: 3, text: "d", messageUID: "m1", completeReason: 0, at: 250 },
    ]);
  });

  test("is whole, in order, one call at a time and never above the send rate until its end, however deltas and calls are timed", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(fc.string({ minLength: 1 }), fc.integer({ min: 0, max: 700 })), { minLength: 1 }),
        fc.integer({ min: 0, max: 500 }),
        async (deltas, callMs) => {
          const { sink, clock, sent, mostInFlight } = setUp({ callMs });
          for (const [text, pauseMs] of deltas) {
            sink.delta(text);
            await clock.advance(pauseMs);
          }
          const delivered = sink.end({ status: "complete" });
          await clock.advance(5_000);
          expect(await delivered).toEqual({ status: "delivered" });
          expect(sent.map(({ text }) => text).join("")).toBe(deltas.map(([text]) => text).join(""));
          expect(sent.map(({ seq }) => seq)).toEqual(sent.map((_, index) => index + 1));
          expect(sent.map(({ completeReason }) => completeReason)).toEqual(
            sent.map((_, index) => (index === sent.length - 1 ? 0 : undefined)),
          );
          expect(mostInFlight()).toBe(1);
          sent.slice(1, -1).forEach(({ at }, index) => {
            expect(at - (sent[index]?.at ?? 0)).toBeGreaterThanOrEqual(minIntervalMs);
          });
        },
      ),
      { numRuns: 30 },
    );
  });

  test("is kept open by an empty chunk while a tool takes longer than the IM's 30 seconds", async () => {
    const { sink, clock, sent } = setUp();
    sink.delta("Let me look. ");
    await clock.advance(65_000);
    sink.delta("Here it is.");
    const delivered = sink.end({ status: "complete" });
    await clock.advance(60_000);
    await delivered;
    expect(sent.map(({ seq, text, at }) => [seq, text, at])).toEqual([
      [1, "Let me look. ", 0],
      [2, "", 20_000],
      [3, "", 40_000],
      [4, "", 60_000],
      [5, "Here it is.", 65_000],
      [6, "", 65_000],
    ]);
  });

  test("that was throttled waits as long as required, and its end arrives all the same", async () => {
    const { sink, clock, sent } = setUp({ failure: (call) => (call === 2 ? tooMany(3_000) : undefined) });
    sink.delta("a");
    await clock.advance(minIntervalMs);
    sink.delta("b");
    await clock.advance(3_000);
    sink.delta("c");
    await clock.advance(1_000);
    sink.delta("d");
    await clock.advance(50);
    const delivered = sink.end({ status: "complete" });
    await clock.advance(10_000);
    expect(await delivered).toEqual({ status: "delivered" });
    expect(sent.map(({ seq, text, at }) => ({ seq, text, at }))).toEqual([
      { seq: 1, text: "a", at: 0 },
      { seq: 2, text: "b", at: 3_200 },
      // Slower from now on.
      { seq: 3, text: "c", at: 3_600 },
      { seq: 4, text: "d", at: 4_200 },
      { seq: 5, text: "", at: 4_250 },
    ]);
  });

  test("sends less often the more answers the app has in progress, from its second chunk on", async () => {
    let answers = 60;
    const { sink, clock, sent } = setUp({
      intervalMs: makeChunkInterval(100),
      answersInProgress: () => answers,
    });
    const speak = async (ms: number): Promise<void> => {
      for (let spokenMs = 0; spokenMs < ms; spokenMs += 10) {
        sink.delta("word ");
        await clock.advance(10);
      }
    };
    await speak(1_600);
    answers = 3;
    await speak(1_200);
    expect(sent.map(({ at }) => at)).toEqual([0, 770, 1_540, 2_310, 2_510, 2_710]);
  });

  test("is retried for at least 30 seconds before it is given up", async () => {
    const { sink, clock, calls } = setUp({ failure: () => tooMany() });
    sink.delta("a");
    const delivered = sink.end({ status: "complete" });
    await clock.advance(25_000);
    const callsBefore = calls();
    await clock.advance(60_000);
    expect(calls()).toBeGreaterThan(callsBefore);
    expect(await delivered).toMatchObject({ status: "undelivered" });
  });

  test("that must wait longer than its retry limit gets a last attempt when the wait ends", async () => {
    const { sink, clock, sent } = setUp({ failure: (call) => (call === 1 ? tooMany(60_000) : undefined) });
    sink.delta("a");
    const delivered = sink.end({ status: "complete" });
    await clock.advance(maxRetryMs + 1_000);
    expect(await delivered).toEqual({ status: "delivered" });
    expect(sent[0]).toMatchObject({ text: "a", at: maxRetryMs });
  });

  test("that the IM permanently rejects is followed by nothing out of order", async () => {
    const refusal = new BridgeError("upstream_refused", "400");
    const { sink, clock, calls } = setUp({ failure: (call) => (call === 2 ? refusal : undefined) });
    sink.delta("a");
    await clock.advance(minIntervalMs);
    sink.delta("b");
    await clock.advance(minIntervalMs);
    sink.delta("c");
    const delivered = sink.end({ status: "complete" });
    await clock.advance(minIntervalMs);
    expect(await delivered).toMatchObject({ status: "undelivered" });
    expect(calls()).toBe(2);
  });
});

describe("the end of a stream message", () => {
  test.each<[AnswerEnding, number]>([
    [{ status: "complete" }, 0],
    [{ status: "stopped" }, 2],
    [failedWith(" (broken off)"), 1],
  ])("%o closes it with completeReason %i", async (ending, reason) => {
    const { sink, clock, sent } = setUp();
    sink.delta("so far");
    await clock.advance(minIntervalMs);
    const delivered = sink.end(ending);
    await clock.advance(minIntervalMs);
    await delivered;
    expect(sent.at(-1)).toMatchObject({ completeReason: reason, messageUID: "m1" });
  });

  test("with only a sentence is a whole message of its own", async () => {
    const { sink, clock, sent } = setUp();
    const delivered = sink.end(failedWith("Sorry."));
    await clock.advance(0);
    await delivered;
    expect(sent).toMatchObject([{ seq: 1, text: "Sorry.", completeReason: 0 }]);
  });

  test("arrives whenever it comes, between any two steps of what went before", async () => {
    for (let steps = 0; steps < 20; steps += 1) {
      const { sink, clock, sent } = setUp();
      sink.delta("a");
      for (let step = 0; step < steps; step += 1) await Promise.resolve();
      let delivered: object | undefined;
      sink.end({ status: "complete" }).then((delivery) => {
        delivered = delivery;
      });
      await clock.advance(minIntervalMs);
      expect(delivered).toEqual({ status: "delivered" });
      expect(sent.map(({ text }) => text).join("")).toBe("a");
      expect(sent.at(-1)?.completeReason).toBe(0);
    }
  });

  test("of a turn that was abandoned sends nothing more, not even an end", async () => {
    const { sink, clock, sent } = setUp();
    sink.delta("a");
    await clock.advance(50);
    sink.delta("b");
    expect(await sink.end({ status: "abandoned" })).toMatchObject({ status: "undelivered" });
    await clock.advance(5 * minIntervalMs);
    expect(sent.map(({ text }) => text)).toEqual(["a"]);
  });

  test("without any text sends nothing", async () => {
    const { sink, calls } = setUp();
    expect(await sink.end({ status: "stopped" })).toEqual({ status: "delivered" });
    expect(calls()).toBe(0);
  });
});

describe("an answer whose question was taken back", () => {
  const recalled = { status: "stopped", dropsRest: true } as const;

  test("is closed as stopped, without the text that was not sent yet", async () => {
    const { sink, sent, clock } = setUp();
    sink.delta("Hello");
    sink.delta(" world");
    const delivered = sink.end(recalled);
    await clock.advance(1_000);
    expect(await delivered).toEqual({ status: "delivered" });
    expect(sent.map(({ text, completeReason }) => [text, completeReason])).toEqual([
      ["Hello", undefined],
      ["", 2],
    ]);
  });

  test("is closed as stopped, not as replaced, if a replacement was waiting", async () => {
    const { sink, sent, clock } = setUp();
    sink.delta("Hello");
    await clock.advance(0);
    sink.replace("Goodbye");
    const delivered = sink.end(recalled);
    await clock.advance(1_000);
    await delivered;
    expect(sent.map(({ completeReason }) => completeReason)).toEqual([undefined, 2]);
  });

  test("sends nothing if nothing was sent", async () => {
    const { sink, calls } = setUp();
    expect(await sink.end(recalled)).toEqual({ status: "delivered" });
    expect(calls()).toBe(0);
  });
});

describe("a replacement", () => {
  test("that breaks off is closed as broken off, even though it is a message of its own", async () => {
    const { sink, clock, sent } = setUp();
    sink.delta("bad");
    await clock.advance(minIntervalMs);
    sink.replace("good");
    const delivered = sink.end(failedWith(" (broken off)"));
    await clock.advance(5 * minIntervalMs);
    await delivered;
    expect(sent.at(-1)).toMatchObject({ seq: 1, text: "good (broken off)", completeReason: 1 });
  });

  test("before anything was sent is sent instead", async () => {
    const { sink, clock, sent } = setUp();
    sink.replace("good");
    const delivered = sink.end({ status: "complete" });
    await clock.advance(minIntervalMs);
    await delivered;
    expect(sent.map(({ text }) => text).join("")).toBe("good");
  });

  test("after text was sent closes the message as replaced and follows as one of its own, once", async () => {
    const { sink, clock, sent } = setUp({ callMs: 50 });
    sink.delta("bad");
    sink.delta(" words");
    sink.replace("good");
    const delivered = sink.end({ status: "complete" });
    await clock.advance(5 * minIntervalMs);
    await delivered;
    expect(sent.map(({ at: _, ...chunk }) => chunk)).toEqual([
      { seq: 1, text: "bad", messageUID: undefined, completeReason: undefined },
      { seq: 2, text: "", messageUID: "m1", completeReason: 3 },
      { seq: 1, text: "good", messageUID: undefined, completeReason: 0 },
    ]);
  });
});
