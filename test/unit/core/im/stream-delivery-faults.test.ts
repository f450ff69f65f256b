import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { BridgeError } from "#core/shared/errors.ts";
import { type Fault, minIntervalMs, setUpStrictIm, throttled } from "./strict-im.ts";

const delivered = { status: "delivered" };

describe("a reply of the IM that is lost", () => {
  test("to a first chunk begins no second stream: the answer comes as one ordinary message at its end", async () => {
    const { sink, clock, streams, texts, end } = setUpStrictIm((call) =>
      call === 1 ? "reply lost" : undefined,
    );
    sink.delta("Hel");
    await clock.advance(minIntervalMs);
    sink.delta("lo, ");
    await clock.advance(30_000);
    sink.delta("you.");
    expect(await end()).toEqual(delivered);
    expect(streams()).toEqual([{ text: "Hel", completeReason: undefined }]);
    expect(texts).toEqual(["Hello, you."]);
  });

  test("to a first chunk that was the last as well is made good by an ordinary message", async () => {
    const { sink, texts, end } = setUpStrictIm((call) => (call === 1 ? "lost on its way" : undefined));
    sink.delta("Hi.");
    expect(await end()).toEqual(delivered);
    expect(texts).toEqual(["Hi."]);
  });

  test("to a first chunk whose text was replaced in the meantime brings the replacement alone", async () => {
    const { sink, texts, end } = setUpStrictIm((call) => (call === 1 ? "reply lost" : undefined));
    sink.delta("bad");
    sink.replace("good");
    sink.delta(" one");
    expect(await end()).toEqual(delivered);
    expect(texts).toEqual(["good one"]);
  });

  test.each<[string, Fault]>([
    ["was taken", "reply lost"],
    ["was not taken", "lost on its way"],
  ])("to a later chunk that %s costs nothing, and says nothing twice", async (_, fault) => {
    const { sink, clock, streams, end } = setUpStrictIm((call) => (call === 2 ? fault : undefined));
    for (const text of ["a", "b", "c", "d"]) {
      sink.delta(text);
      await clock.advance(minIntervalMs);
    }
    expect(await end()).toEqual(delivered);
    expect(streams()).toEqual([{ text: "abcd", completeReason: 0 }]);
  });

  test("to the last chunk leaves the message closed, once", async () => {
    const { sink, clock, streams, texts, end } = setUpStrictIm((call) =>
      call === 2 ? "reply lost" : undefined,
    );
    sink.delta("a");
    await clock.advance(minIntervalMs);
    expect(await end()).toEqual(delivered);
    expect(streams()).toEqual([{ text: "a", completeReason: 0 }]);
    expect(texts).toEqual([]);
  });

  test("anywhere but at the first chunk leaves the answer whole, once and in order, whatever else is throttled", async () => {
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
        fc.array(fault, { maxLength: 12 }),
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

describe("an IM that asks for fewer calls", () => {
  test("gets them at a slower beat, and at the old one when it has taken some", async () => {
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

  test("and ends the message before its last, empty chunk has had the answer", async () => {
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
  test("goes on in the next, from the next paragraph on", async () => {
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

  test("makes Dify wait while the IM has not taken what there is of it", async () => {
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

describe("an IM that takes no more", () => {
  test("is not waited for by Dify: what has been gathered for a first chunk that is lost is let go", async () => {
    const { sink, clock, texts, end } = setUpStrictIm((call) => (call === 1 ? "reply lost" : undefined));
    sink.delta("a");
    const waits = sink.delta("x".repeat(70_000));
    await clock.advance(0);
    await waits;
    expect(await end()).toEqual(delivered);
    expect(texts.join("")).toBe(`a${"x".repeat(70_000)}`);
  });

  test("is told to the turn, which need not ask Dify on", async () => {
    const { sink, clock } = setUpStrictIm((call) => (call > 1 ? throttled() : undefined));
    sink.delta("a");
    await clock.advance(minIntervalMs);
    sink.delta("b");
    await clock.advance(44_000);
    expect(sink.gaveUp.aborted).toBe(false);
    await clock.advance(10_000);
    expect(sink.gaveUp.aborted).toBe(true);
  });

  test("is tried no longer than the worker has, with time left to close the message", async () => {
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

  test("since it has ended the message, as its last chunk would have it, has had all", async () => {
    const { sink, clock, texts, streams, end, im } = setUpStrictIm((call) =>
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
    expect([streams(), texts]).toEqual([[{ text: "ab", completeReason: 0 }], []]);
  });
});

describe("a worker", () => {
  test("that has lost the turn says nothing more, not even an end", async () => {
    const { sink, clock, hold, streams, end } = setUpStrictIm();
    sink.delta("mine");
    await clock.advance(minIntervalMs);
    hold.ours = false;
    sink.delta(" and yours");
    expect(await end()).toEqual({ status: "undelivered", reason: "abandoned" });
    expect(streams()).toEqual([{ text: "mine", completeReason: undefined }]);
  });

  test("that has lost the turn brings no ordinary message in the place of the stream either", async () => {
    const { sink, clock, hold, texts, end } = setUpStrictIm((call) =>
      call === 1 ? "reply lost" : undefined,
    );
    sink.delta("mine");
    await clock.advance(minIntervalMs);
    hold.ours = false;
    expect(await end()).toEqual({ status: "undelivered", reason: "abandoned" });
    expect(texts).toEqual([]);
  });

  test("is told of the message in hand, chunk by chunk, and that it is closed", async () => {
    const { sink, clock, notes, end } = setUpStrictIm();
    sink.delta("a");
    await clock.advance(minIntervalMs);
    sink.delta("b");
    await clock.advance(minIntervalMs);
    await end();
    expect(notes).toEqual([{ messageUID: "m1", seq: 1 }, { messageUID: "m1", seq: 2 }, undefined]);
  });

  test("whose chunk is refused for good says so", async () => {
    const { sink, end } = setUpStrictIm((call) =>
      call === 1 ? new BridgeError("upstream_refused", "403") : undefined,
    );
    sink.delta("a");
    expect(await end()).toMatchObject({ status: "undelivered" });
  });
});
