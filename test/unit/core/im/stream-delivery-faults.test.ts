import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { BridgeError } from "#core/shared/errors.ts";
import { type Fault, minIntervalMs, setUpStrictIm, throttled } from "./strict-im.ts";

const delivered = { status: "delivered" };

describe("a reply of the IM that is lost", () => {
  test("to a first chunk begins no second stream: the answer comes as one ordinary message at its end", async () => {
    const { sink, clock, streams, sentTexts, end } = setUpStrictIm((call) =>
      call === 1 ? "reply lost" : undefined,
    );
    sink.delta("Hel");
    await clock.advance(minIntervalMs);
    sink.delta("lo, ");
    await clock.advance(30_000);
    sink.delta("you.");
    expect(await end()).toEqual(delivered);
    expect(streams()).toEqual([{ text: "Hel", completeReason: undefined }]);
    expect(sentTexts).toEqual(["Hello, you."]);
  });

  test("to a first chunk that was also the last is compensated by an ordinary message", async () => {
    const { sink, sentTexts, end } = setUpStrictIm((call) => (call === 1 ? "lost on its way" : undefined));
    sink.delta("Hi.");
    expect(await end()).toEqual(delivered);
    expect(sentTexts).toEqual(["Hi."]);
  });

  test("to a first chunk whose text was replaced in the meantime leads to the replacement alone", async () => {
    const { sink, sentTexts, end } = setUpStrictIm((call) => (call === 1 ? "reply lost" : undefined));
    sink.delta("bad");
    sink.replace("good");
    sink.delta(" one");
    expect(await end()).toEqual(delivered);
    expect(sentTexts).toEqual(["good one"]);
  });

  test.each<[string, Fault]>([
    ["was accepted", "reply lost"],
    ["was not accepted", "lost on its way"],
  ])("to a later chunk that %s loses nothing, and repeats nothing", async (_, fault) => {
    const { sink, clock, streams, end } = setUpStrictIm((call) => (call === 2 ? fault : undefined));
    for (const text of ["a", "b", "c", "d"]) {
      sink.delta(text);
      await clock.advance(minIntervalMs);
    }
    expect(await end()).toEqual(delivered);
    expect(streams()).toEqual([{ text: "abcd", completeReason: 0 }]);
  });

  test("to the last chunk leaves the message closed, once", async () => {
    const { sink, clock, streams, sentTexts, end } = setUpStrictIm((call) =>
      call === 2 ? "reply lost" : undefined,
    );
    sink.delta("a");
    await clock.advance(minIntervalMs);
    expect(await end()).toEqual(delivered);
    expect(streams()).toEqual([{ text: "a", completeReason: 0 }]);
    expect(sentTexts).toEqual([]);
  });

  test("anywhere but at the first chunk leaves the answer whole, once and in order, even with throttling", async () => {
    const fault = fc.constantFrom<Fault | undefined>(
      undefined,
      undefined,
      "reply lost",
      "lost on its way",
      throttled(),
    );
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(fc.string({ minLength: 1 }), fc.integer({ min: 0, max: 900 })), {
          minLength: 2,
          maxLength: 12,
        }),
        // After 30 s without an accepted chunk, the IM ends the message: ten retries in a row take longer.
        fc.array(fault, { maxLength: 8 }),
        async (deltas, faults) => {
          const { sink, clock, streams, end } = setUpStrictIm((call) =>
            call === 1 ? undefined : faults[call - 2],
          );
          for (const [text, pauseMs] of deltas) {
            sink.delta(text);
            await clock.advance(pauseMs);
          }
          expect(await end()).toEqual(delivered);
          expect(streams()).toEqual([{ text: deltas.map(([text]) => text).join(""), completeReason: 0 }]);
        },
      ),
      { numRuns: 50 },
    );
  });
});

describe("an IM that throttles", () => {
  test("is sent chunks at a longer interval, and at the old one after it has accepted some", async () => {
    const { sink, clock, callTimes, streams, end } = setUpStrictIm((call) =>
      call === 3 || call === 5 ? throttled() : undefined,
    );
    for (let at = 0; at < 60; at += 1) {
      sink.delta("x");
      await clock.advance(minIntervalMs);
    }
    expect(await end()).toEqual(delivered);
    expect(streams()).toEqual([{ text: "x".repeat(60), completeReason: 0 }]);
    const gaps = callTimes.slice(1).map((at, index) => at - (callTimes[index] ?? 0));
    expect(Math.max(...gaps.slice(0, 20))).toBeGreaterThanOrEqual(4 * minIntervalMs);
    expect(gaps.at(-3)).toBe(minIntervalMs);
  });

  test("for so long that it ends the message itself gets the rest in another", async () => {
    const { sink, clock, streams, end } = setUpStrictIm((call) =>
      call === 2 ? throttled(35_000) : undefined,
    );
    sink.delta("before, ");
    await clock.advance(minIntervalMs);
    sink.delta("after");
    expect(await end()).toEqual(delivered);
    expect(streams()).toEqual([
      { text: "before, ", completeReason: undefined },
      { text: "after", completeReason: 0 },
    ]);
  });

  test("and ends the message before its last, empty chunk has received the answer", async () => {
    const { sink, clock, streams, end } = setUpStrictIm((call) =>
      call === 2 ? throttled(35_000) : undefined,
    );
    sink.delta("all");
    await clock.advance(minIntervalMs);
    expect(await end()).toEqual(delivered);
    expect(streams()).toEqual([{ text: "all", completeReason: undefined }]);
  });
});

describe("an answer that is too long for a message", () => {
  test("continues in the next, from the next paragraph on", async () => {
    const { sink, clock, streams, end } = setUpStrictIm();
    const paragraph = `${"word ".repeat(2_000).trim()}\n\n`;
    const pieces = Array.from({ length: 30 }, (_, at) => `${at}. ${paragraph}`);
    for (const piece of pieces) {
      sink.delta(piece);
      await clock.advance(minIntervalMs);
    }
    expect(await end()).toEqual(delivered);
    const [first, second, third] = streams();
    expect(
      streams()
        .map(({ text }) => text)
        .join(""),
    ).toBe(pieces.join(""));
    expect(streams().map(({ completeReason }) => completeReason)).toEqual([4, 4, 0]);
    expect([first?.text.endsWith("\n\n"), second?.text.endsWith("\n\n"), third?.text.length !== 0]).toEqual([
      true,
      true,
      true,
    ]);
  });

  test("makes Dify wait while the IM has not accepted the text so far", async () => {
    const { sink, clock, end } = setUpStrictIm((call) => (call === 1 ? throttled(5_000) : undefined));
    expect(sink.delta("x")).toBeUndefined();
    expect(sink.delta("x".repeat(60_000))).toBeUndefined();
    let went = false;
    sink.delta("x".repeat(10_000))?.then(() => {
      went = true;
    });
    await clock.advance(4_900);
    expect(went).toBe(false);
    await clock.advance(1_000);
    expect(went).toBe(true);
    await end();
  });
});

describe("an IM that accepts no more", () => {
  test("does not make Dify wait: the text that was buffered for a first chunk that is lost is dropped", async () => {
    const { sink, clock, sentTexts, end } = setUpStrictIm((call) => (call === 1 ? "reply lost" : undefined));
    sink.delta("a");
    const waits = sink.delta("x".repeat(70_000));
    await clock.advance(0);
    await waits;
    expect(await end()).toEqual(delivered);
    expect(sentTexts.join("")).toBe(`a${"x".repeat(70_000)}`);
  });

  test("is reported to the turn, which need not read Dify's answer any further", async () => {
    const { sink, clock } = setUpStrictIm((call) => (call > 1 ? throttled() : undefined));
    sink.delta("a");
    await clock.advance(minIntervalMs);
    sink.delta("b");
    await clock.advance(44_000);
    expect(sink.gaveUp.aborted).toBe(false);
    await clock.advance(10_000);
    expect(sink.gaveUp.aborted).toBe(true);
  });

  test("is retried no longer than the worker has time, with some left to close the message", async () => {
    const { sink, clock, callTimes } = setUpStrictIm((call) => (call > 1 ? throttled() : undefined), {
      endsAfterMs: 30_000,
    });
    sink.delta("a");
    await clock.advance(minIntervalMs);
    sink.delta("b");
    await clock.advance(60_000);
    expect(callTimes.at(-1)).toBe(18_000);
    const last = setUpStrictIm((call) => (call > 1 ? throttled() : undefined), { endsAfterMs: 30_000 });
    last.sink.delta("a");
    await last.clock.advance(minIntervalMs);
    expect(await last.end()).toMatchObject({ status: "undelivered" });
    expect(last.callTimes.at(-1)).toBe(30_000);
  });

  test("because it has ended the message, as its last chunk would, has received everything", async () => {
    const { sink, clock, sentTexts, streams, end, im } = setUpStrictIm((call) =>
      call === 2 ? "reply lost" : undefined,
    );
    const { sendChunk } = im;
    let lasts = 0;
    im.sendChunk = (to, chunk) => {
      lasts += chunk.completeReason === undefined ? 0 : 1;
      if (lasts > 1) return Promise.reject(new BridgeError("stream_ended", "29003"));
      return sendChunk(to, chunk);
    };
    sink.delta("a");
    await clock.advance(minIntervalMs);
    sink.delta("b");
    expect(await end()).toEqual(delivered);
    expect([streams(), sentTexts]).toEqual([[{ text: "ab", completeReason: 0 }], []]);
  });
});

describe("a worker", () => {
  test("that has lost the turn sends nothing more, not even an end", async () => {
    const { sink, clock, lease, streams, end } = setUpStrictIm();
    sink.delta("mine");
    await clock.advance(minIntervalMs);
    lease.ours = false;
    sink.delta(" and yours");
    expect(await end()).toEqual({ status: "undelivered", reason: "abandoned" });
    expect(streams()).toEqual([{ text: "mine", completeReason: undefined }]);
  });

  test("that has lost the turn sends no ordinary message in place of the stream either", async () => {
    const { sink, clock, lease, sentTexts, end } = setUpStrictIm((call) =>
      call === 1 ? "reply lost" : undefined,
    );
    sink.delta("mine");
    await clock.advance(minIntervalMs);
    lease.ours = false;
    expect(await end()).toEqual({ status: "undelivered", reason: "abandoned" });
    expect(sentTexts).toEqual([]);
  });

  test("is notified of the open message, chunk by chunk, and that it is closed", async () => {
    const { sink, clock, notes, end } = setUpStrictIm();
    sink.delta("a");
    await clock.advance(minIntervalMs);
    sink.delta("b");
    await clock.advance(minIntervalMs);
    await end();
    expect(notes).toEqual([{ messageUID: "m1", seq: 1 }, { messageUID: "m1", seq: 2 }, undefined]);
  });

  test("whose chunk is permanently rejected reports that", async () => {
    const { sink, end } = setUpStrictIm((call) =>
      call === 1 ? new BridgeError("upstream_refused", "403") : undefined,
    );
    sink.delta("a");
    expect(await end()).toMatchObject({ status: "undelivered" });
  });
});
