import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { isContinuable, makeContinuedDelivery } from "#core/im/continued-delivery.ts";
import type { DeliveryLease, ImMessages, OpenMessage } from "#core/im/im-messages.ts";
import { makeStreamDelivery } from "#core/im/stream-delivery.ts";
import { BridgeError } from "#core/shared/errors.ts";
import { maxRetryMs, minIntervalMs, route, setUpStrictIm } from "./strict-im.ts";

const complete = { status: "complete" } as const;
const delivered = { status: "delivered" };

interface WorkerOptions {
  /** How long a call to the IM takes to arrive, and its reply to return. */
  readonly callMs?: number;
  /** The same for a write of a checkpoint. */
  readonly saveMs?: number;
  /** Called when such a write begins. */
  readonly onSave?: (open: OpenMessage) => void;
}

/** An IM, and the checkpoint that workers share. Each worker can be killed. */
const setUp = (fault?: Parameters<typeof setUpStrictIm>[0]) => {
  const { im: strictIm, clock, streams, plant, sentTexts, callTimes } = setUpStrictIm(fault);
  let stored: OpenMessage | undefined;
  let saves = 0;
  const never = new Promise<never>(() => {});

  const startWorker = ({ callMs = 10, saveMs = 5, onSave = () => {} }: WorkerOptions = {}) => {
    const end = new AbortController();
    const dead = () => end.signal.aborted;
    /** A call that was sent arrives, even if the worker dies meanwhile. */
    const remote = async <T>(ms: number, apply: () => Promise<T> | T): Promise<T> => {
      if (dead()) return never;
      await clock.sleep(ms);
      const result = await Promise.resolve(apply()).catch((error: unknown) =>
        dead() ? never : Promise.reject(error),
      );
      await clock.sleep(ms);
      return dead() ? never : result;
    };
    const im: Pick<ImMessages, "sendChunk" | "sendText"> = {
      sendChunk: (...call) => remote(callMs, () => strictIm.sendChunk(...call)),
      sendText: (...call) => remote(callMs, () => strictIm.sendText(...call)),
    };
    const lease: DeliveryLease = {
      isHeld: () => !dead(),
      deliverBy: Number.POSITIVE_INFINITY,
      onOpen: () => {},
      isResumable: () => true,
      saveOpen: (open) => {
        onSave(open);
        return remote(saveMs, () => {
          saves += 1;
          stored = open;
        });
      },
    };
    const deliverStream = makeStreamDelivery({ im, clock, intervalMs: () => minIntervalMs, maxRetryMs });
    const goOn = makeContinuedDelivery({ im, clock, deliverStream, maxRetryMs });
    return {
      kill: () => end.abort(),
      begin: () => deliverStream(route, lease),
      /** As a worker that takes over. */
      goOn: () => {
        if (!isContinuable(stored)) throw new Error("nothing to go on with");
        return goOn(route, lease, stored);
      },
    };
  };
  return {
    startWorker,
    clock,
    streams,
    plant,
    sentTexts,
    callTimes,
    stored: () => stored,
    store: (open: OpenMessage) => {
      stored = open;
    },
    saves: () => saves,
  };
};

type Given = ReturnType<typeof setUp>;

/** Sends text a piece at a time until the worker is killed, and returns what was sent by then. */
const sayUntilKilled = async (given: Given, text: string, { pieceMs = 40, killAfterMs = 5_000 } = {}) => {
  const worker = given.startWorker();
  const sink = worker.begin();
  const pieces = text.match(/.{1,7}/gsu) ?? [];
  let saidMs = 0;
  for (const piece of pieces) {
    if (saidMs >= killAfterMs) break;
    sink.delta(piece);
    await given.clock.advance(pieceMs);
    saidMs += pieceMs;
  }
  await given.clock.advance(Math.max(0, killAfterMs - saidMs));
  worker.kill();
  // Its last calls arrive.
  await given.clock.advance(1_000);
};

const longText = Array.from({ length: 200 }, (_, n) => `sentence ${n} 😀. `).join("");

const finish = async (given: Given, text: string) => {
  const sink = given.startWorker().goOn();
  sink.delta(text);
  const ended = sink.end(complete);
  await given.clock.advance(60_000);
  return ended;
};

describe("an answer whose worker died", () => {
  test.each([300, 1_000, 1_950, 2_100, 3_000, 4_321, 5_000])(
    "after %i ms goes on in the same message, whole, once and in order",
    async (killAfterMs) => {
      const given = setUp();
      await sayUntilKilled(given, longText, { killAfterMs });
      expect(given.streams()[0]?.completeReason).toBeUndefined();
      expect(await finish(given, longText)).toEqual(delivered);
      expect(given.streams()).toEqual([{ text: longText, completeReason: 0 }]);
    },
  );

  test("goes on without a character lost or doubled, at any rate, wherever each of two workers dies", async () => {
    const rates = fc.record({
      pieces: fc.array(
        fc.tuple(
          fc.string({ minLength: 1, maxLength: 60, unit: "grapheme" }),
          fc.integer({ min: 1, max: 900 }),
        ),
        {
          minLength: 2,
          maxLength: 40,
        },
      ),
      killAfter: fc.integer({ min: 1, max: 40 }),
      killDelayMs: fc.integer({ min: 0, max: 250 }),
      secondKillMs: fc.integer({ min: 0, max: 3_000 }),
      callMs: fc.integer({ min: 0, max: 60 }),
      saveMs: fc.integer({ min: 0, max: 60 }),
    });
    await fc.assert(
      fc.asyncProperty(rates, async ({ pieces, killAfter, killDelayMs, secondKillMs, ...options }) => {
        const given = setUp();
        const { clock } = given;
        const first = given.startWorker(options);
        const sink = first.begin();
        for (const [piece, ms] of pieces.slice(0, killAfter)) {
          sink.delta(piece);
          await clock.advance(ms);
        }
        await clock.advance(killDelayMs);
        first.kill();
        await clock.advance(200);
        // Without a checkpoint, the id of the message is not known.
        if (!isContinuable(given.stored())) return;
        const text = pieces.map(([piece]) => piece).join("");
        const second = given.startWorker(options);
        const next = second.goOn();
        next.delta(text.slice(0, text.length / 2));
        await clock.advance(secondKillMs);
        second.kill();
        await clock.advance(200);
        // It died between finding the number and storing it: then nobody knows, and the whole answer is sent again.
        if (!isContinuable(given.stored())) return;
        expect(await finish(given, text)).toEqual(delivered);
        expect(given.streams()).toEqual([{ text, completeReason: 0 }]);
      }),
      { numRuns: 150 },
    );
  });

  test("stays open while the model's answer is still awaited, however long", async () => {
    const given = setUp();
    await sayUntilKilled(given, longText, { killAfterMs: 1_500 });
    await given.clock.advance(20_000);
    const sink = given.startWorker().goOn();
    await given.clock.advance(120_000);
    sink.delta(longText);
    const ended = sink.end(complete);
    await given.clock.advance(1_000);
    expect(await ended).toEqual(delivered);
    expect(given.streams()).toEqual([{ text: longText, completeReason: 0 }]);
  });

  test("goes on after a silence of ten minutes before the worker died", async () => {
    const given = setUp();
    await sayUntilKilled(given, "first words, ", { killAfterMs: 600_000 });
    expect(given.streams()[0]?.completeReason).toBeUndefined();
    expect(await finish(given, "first words, and the rest")).toEqual(delivered);
    expect(given.streams()).toEqual([{ text: "first words, and the rest", completeReason: 0 }]);
  });

  test("is not sent again if the worker died after its last chunk", async () => {
    const given = setUp();
    const worker = given.startWorker();
    const sink = worker.begin();
    sink.delta("all of ");
    await given.clock.advance(500);
    sink.delta("it");
    sink.end(complete);
    await given.clock.advance(15);
    worker.kill();
    await given.clock.advance(1_000);
    expect(given.streams()).toEqual([{ text: "all of it", completeReason: 0 }]);
    expect(await finish(given, "all of it")).toEqual(delivered);
    expect(given.streams()).toEqual([{ text: "all of it", completeReason: 0 }]);
    expect(given.sentTexts).toEqual([]);
  });

  test("goes on in the next message if the IM has ended this one", async () => {
    const given = setUp();
    await sayUntilKilled(given, "This is so far. ", { killAfterMs: 6_000 });
    await given.clock.advance(31_000);
    expect(await finish(given, "This is so far. This is the rest.")).toEqual(delivered);
    expect(given.streams()).toEqual([
      { text: "This is so far. ", completeReason: undefined },
      { text: "This is the rest.", completeReason: 0 },
    ]);
  });

  test("replaces the text that was sent if it is another", async () => {
    const given = setUp();
    await sayUntilKilled(given, longText, { killAfterMs: 1_000 });
    const corrected = `Corrected: ${longText}`;
    expect(await finish(given, corrected)).toEqual(delivered);
    const [first, second] = given.streams();
    expect(first?.completeReason).toBe(3);
    expect(second).toEqual({ text: corrected, completeReason: 0 });
  });

  test("replaces the text that was sent if it is shorter", async () => {
    const given = setUp();
    await sayUntilKilled(given, longText, { killAfterMs: 2_500 });
    expect(await finish(given, "sentence 0")).toEqual(delivered);
    expect(given.streams().map(({ completeReason }) => completeReason)).toEqual([3, 0]);
  });

  test("that failed meanwhile is closed as broken off, with a sentence", async () => {
    const given = setUp();
    await sayUntilKilled(given, longText, { killAfterMs: 1_000 });
    const [before] = given.streams();
    const sink = given.startWorker().goOn();
    const ended = sink.end({ status: "failed", sentence: " Interrupted.", code: "model", retryable: false });
    await given.clock.advance(1_000);
    expect(await ended).toEqual(delivered);
    expect(given.streams()).toEqual([{ text: `${before?.text} Interrupted.`, completeReason: 1 }]);
  });

  test("begins again in another message where the model has nothing, and names the message to close", async () => {
    const given = setUp();
    await sayUntilKilled(given, longText, { killAfterMs: 1_000 });
    const sink = given.startWorker().goOn();
    const left = sink.restart();
    sink.delta("Another answer.");
    const ended = sink.end(complete);
    await given.clock.advance(2_000);
    expect(await ended).toEqual(delivered);
    expect(given.streams()[1]).toEqual({ text: "Another answer.", completeReason: 0 });
    expect((await left).seq).toBeGreaterThan(1);
  });

  test("is not delivered while the IM does not answer, and its model is stopped", async () => {
    const down = new BridgeError("upstream_unavailable", "503", { retryable: true });
    let isDown = false;
    const given = setUp(() => (isDown ? down : undefined));
    await sayUntilKilled(given, longText, { killAfterMs: 1_000 });
    isDown = true;
    const sink = given.startWorker().goOn();
    await given.clock.advance(maxRetryMs + 1_000);
    expect(sink.gaveUp.aborted).toBe(true);
    expect(await sink.end(complete)).toMatchObject({ status: "undelivered" });
  });
});

describe("the checkpoints of an answer", () => {
  /** Sends a word each `paceMs` for eleven seconds. */
  const sayFor11s = async (given: ReturnType<typeof setUp>, word: string, paceMs: number) => {
    const sink = given.startWorker().begin();
    for (let at = 0; at < 11_000; at += paceMs) {
      sink.delta(word);
      await given.clock.advance(paceMs);
    }
    sink.end(complete);
    await given.clock.advance(1_000);
  };

  test.each([
    ["at a usual rate", "words, ", 4],
    ["fast, so that the first plan does not suffice", "a very long chunk of words, ", 5],
  ])(
    "are stored every three seconds, after two at first, while the text comes %s",
    async (_how, word, saves) => {
      const given = setUp();
      await sayFor11s(given, word, 100);
      expect(given.saves()).toBe(saves);
      expect(given.streams()).toEqual([{ text: word.repeat(110), completeReason: 0 }]);
      expect(given.callTimes.length).toBeGreaterThan(35);
    },
  );

  test("are stored at most every two seconds for slow text", async () => {
    const given = setUp();
    await sayFor11s(given, "go ", 1_000);
    expect(given.saves()).toBeLessThanOrEqual(6);
    expect(given.streams()).toEqual([{ text: "go ".repeat(11), completeReason: 0 }]);
  });

  test("hold text back for two seconds at most, and none at the end", async () => {
    const given = setUp();
    const { clock, streams } = given;
    const sink = given.startWorker().begin();
    sink.delta("first");
    await clock.advance(300);
    sink.delta("a");
    await clock.advance(2_300);
    expect(streams()).toEqual([{ text: "firsta", completeReason: undefined }]);
    sink.delta("b");
    sink.end(complete);
    await clock.advance(minIntervalMs + 50);
    expect(streams()).toEqual([{ text: "firstab", completeReason: 0 }]);
  });

  test("hold back no text for longer than two seconds after steady text", async () => {
    const given = setUp();
    const { clock, streams } = given;
    const sink = given.startWorker().begin();
    for (let at = 0; at < 5_200; at += 100) {
      sink.delta("words, ");
      await clock.advance(100);
    }
    sink.delta("x");
    await clock.advance(2_200);
    expect(streams()[0]?.text).toBe(`${"words, ".repeat(52)}x`);
  });

  test("let a replacement that comes during the one before a continuation begin a message of its own", async () => {
    const { startWorker, clock, streams } = setUp();
    const replace = (): unknown => sink.replace("Replaced.");
    // The last one of a message does not say how its chunks are cut.
    const sink = startWorker({ onSave: ({ sent }) => void (sent ?? replace()) }).begin();
    sink.delta("start");
    await clock.advance(300);
    sink.delta(`${"a".repeat(110 * 1024)}\n\nmore`);
    await clock.advance(20_000);
    const delivery = sink.end({ status: "complete" });
    await clock.advance(5_000);
    expect(await delivery).toEqual({ status: "delivered" });
    expect(streams()).toEqual([
      { text: "start", completeReason: 3 },
      { text: "Replaced.", completeReason: 0 },
    ]);
  });

  test("never contain text", async () => {
    const given = setUp();
    await sayUntilKilled(given, "secret ".repeat(100), { killAfterMs: 3_000 });
    expect(given.stored()?.sent?.length).toBeGreaterThan(0);
    expect(JSON.stringify(given.stored())).not.toContain("secret");
  });
});
