import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { makeAnswerJournal } from "#core/chat/answer-journal.ts";
import type { AnswerPiece, AnswerPieces } from "#core/chat/answer-pieces.ts";
import type { ChatEvent } from "#core/chat/chat-event.ts";
import { anyAnswer, shownBy, thoughtBy } from "../../../support/chat/any-events.ts";
import { makeMemoryPieces } from "../../../support/chat/memory-pieces.ts";
import { makeMemoryLog } from "../../../support/memory-log.ts";
import { makeTestClock } from "../../../support/test-clock.ts";

const answer = { appKey: "app-one", turn: "t1", attempt: 1 };
const delta = (content: string): ChatEvent => ({ type: "delta", content });
const end: ChatEvent = { type: "end", stopped: false, usage: null, sources: [] };
const maxItem = 400 * 1024;

/** `put`: a wrapper of the store's write. */
const begin = (put?: (keep: () => Promise<void>, n: number, piece: AnswerPiece) => Promise<void>) => {
  const clock = makeTestClock();
  const log = makeMemoryLog();
  const store = makeMemoryPieces();
  const pieces: Pick<AnswerPieces, "put"> = {
    put: (of, n, piece) => {
      const keep = () => store.put(of, n, piece);
      return put ? put(keep, n, piece) : keep();
    },
  };
  const journal = makeAnswerJournal({ pieces, clock, log })(answer);
  return { clock, log, journal, kept: () => store.of(answer), events: () => store.eventsOf(answer) };
};

describe("an answer that is stored", () => {
  test("is buffered for half a second before it is written, with consecutive text merged", async () => {
    const { clock, journal, kept } = begin();
    for (const word of ["You ", "said: ", "hello"]) journal.add(delta(word));
    await clock.advance(499);
    expect(kept()).toEqual([]);
    await clock.advance(1);
    expect(kept()).toEqual([{ events: [delta("You said: hello")] }]);
    await clock.advance(10_000);
    expect(kept()).toHaveLength(1);
    await journal.close();
  });

  test("is stored to its end when it is closed, without waiting for the half second", async () => {
    const { journal, events } = begin();
    journal.add(delta("all of it"));
    journal.add(end);
    await journal.close();
    expect(events()).toEqual([delta("all of it"), end]);
  });

  test("is equal to what was sent, whatever that was and however it was buffered", async () => {
    await fc.assert(
      fc.asyncProperty(
        anyAnswer,
        fc.array(fc.constantFrom(0, 200, 600), { maxLength: 10 }),
        async (given, pauses) => {
          const { clock, journal, events } = begin();
          for (const [at, event] of given.entries()) {
            journal.add(event);
            await clock.advance(pauses[at] ?? 0);
          }
          await journal.close();
          expect(shownBy(events())).toBe(shownBy(given));
          expect(thoughtBy(events())).toBe(thoughtBy(given));
          const others = (all: readonly ChatEvent[]) =>
            all.filter(({ type }) => type !== "delta" && type !== "reasoning");
          expect(others(events())).toEqual(others(given));
        },
      ),
      { numRuns: 30 },
    );
  });

  test("is written piece after piece even if the store is slow: no reader finds a gap that is filled later", async () => {
    let open = 0;
    const order: number[] = [];
    const slow = Promise.withResolvers<void>();
    const { clock, journal, kept } = begin(async (keep, n) => {
      open += 1;
      expect(open).toBe(1);
      order.push(n);
      if (n === 0) await slow.promise;
      await keep();
      open -= 1;
    });
    for (const word of ["one ", "two ", "three "]) {
      journal.add(delta(word));
      await clock.advance(500);
    }
    expect(order).toEqual([0]);
    slow.resolve();
    await journal.close();
    expect(order).toEqual([0, 1, 2]);
    expect(kept()).toHaveLength(3);
  });

  test("does not block the caller while the store does not answer at all", () => {
    const { journal } = begin(() => new Promise(() => {}));
    for (let n = 0; n < 1_000; n += 1) expect(journal.add(delta("word "))).toBeUndefined();
  });

  test.each([
    ["in one delta", [delta("你".repeat(300_000))]],
    ["in one replacement", [{ type: "replace", content: "\u0001".repeat(300_000) } satisfies ChatEvent]],
    ["in one thought", [{ type: "reasoning", content: "你".repeat(300_000) } satisfies ChatEvent]],
    ["in many deltas at once", Array.from({ length: 300 }, () => delta("\ud800".repeat(1_000)))],
    [
      "along with the end's sources",
      [
        delta("x".repeat(32_000)),
        { ...end, sources: [{ content: "你".repeat(60_000) }] } satisfies ChatEvent,
      ],
    ],
  ])("is split into records that DynamoDB accepts, however much comes %s", async (_how, given) => {
    const { journal, kept, events } = begin();
    for (const event of given) journal.add(event);
    await journal.close();
    expect(shownBy(events())).toBe(shownBy(given));
    expect(thoughtBy(events())).toBe(thoughtBy(given));
    for (const piece of kept()) {
      const sealed = Math.ceil((Buffer.byteLength(JSON.stringify(piece)) * 4) / 3);
      expect(sealed).toBeLessThan(maxItem);
    }
  });
});

describe("an answer too long to be stored", () => {
  const word = "x".repeat(10_000);
  const maxTotalBytes = 1024 * 1024;

  test("is stored up to a megabyte, and then marked as truncated, once, whatever comes after", async () => {
    const { clock, journal, kept, events } = begin();
    for (let n = 0; n < 200; n += 1) journal.add(delta(word));
    journal.add(end);
    await clock.advance(5_000);
    await journal.close();
    expect(shownBy(events())).toBe(word.repeat(Math.floor(maxTotalBytes / word.length)));
    expect(kept().map((piece) => piece?.isCut)).toEqual([...Array(kept().length - 1).fill(undefined), true]);
    expect(events()).not.toContainEqual(end);
  });

  test("begins at one letter more than a megabyte", async () => {
    for (const [length, isCut] of [
      [maxTotalBytes, false],
      [maxTotalBytes + 1, true],
    ] as const) {
      const { journal, kept } = begin();
      journal.add(delta("x".repeat(length)));
      await journal.close();
      expect(kept().some((piece) => piece?.isCut)).toBe(isCut);
    }
  });

  test("does not include one with many sources: if they exceed a record, the end is stored without them", async () => {
    for (const [length, isKept] of [
      [200_000, true],
      [300_000, false],
    ] as const) {
      const { journal, events } = begin();
      const sources = [{ content: "x".repeat(length) }];
      journal.add(delta("short"));
      journal.add({ ...end, sources });
      await journal.close();
      expect(events()).toEqual([delta("short"), { ...end, sources: isKept ? sources : [] }]);
    }
  });

  test("is split between characters, for clients that cannot handle lone surrogates", async () => {
    const { journal, events } = begin();
    const text = `x${"😀".repeat(40_000)}`;
    journal.add(delta(text));
    await journal.close();
    expect(shownBy(events())).toBe(text);
    expect(events().every((event) => "content" in event && event.content.isWellFormed())).toBe(true);
  });
});

describe("a store that fails", () => {
  test("causes no further harm, and is logged once, without the text", async () => {
    const { clock, log, journal } = begin(async () => {
      throw new Error("throttled");
    });
    for (let n = 0; n < 5; n += 1) {
      journal.add(delta("secret words"));
      await clock.advance(500);
    }
    await journal.close();
    expect(log.lines).toEqual([
      {
        level: "warn",
        event: "answer_not_stored",
        fields: { app: "app-one", turn: "t1", reason: "Error: throttled" },
      },
    ]);
  });

  test("gets nothing of what was to follow while it took its time to fail", async () => {
    const asked: number[] = [];
    const slow = Promise.withResolvers<void>();
    const { clock, log, journal } = begin((_keep, n) => {
      asked.push(n);
      return slow.promise;
    });
    for (let n = 0; n < 5; n += 1) {
      journal.add(delta("word "));
      await clock.advance(500);
    }
    slow.reject(new Error("throttled"));
    await journal.close();
    expect(asked).toEqual([0, 0]);
    expect(log.lines).toHaveLength(1);
  });

  test("gets nothing more, since that would follow a gap, except the marker that there is no more", async () => {
    const asked: number[] = [];
    const { clock, journal, kept } = begin(async (keep, n) => {
      asked.push(n);
      if (n === 1 && asked.length === 2) throw new Error("throttled");
      await keep();
    });
    for (let n = 0; n < 5; n += 1) {
      journal.add(delta("word "));
      await clock.advance(500);
    }
    await journal.close();
    expect(asked).toEqual([0, 1, 1]);
    expect(kept()).toEqual([{ events: [delta("word ")] }, { events: [], isCut: true }]);
  });
});

test("endless empty replacements are cut off, and take no more than linear time", async () => {
  const { journal, kept, events } = begin();
  const replacement: ChatEvent = { type: "replace", content: "" };
  for (let n = 0; n < 200_000; n += 1) journal.add(replacement);
  await journal.close();
  expect(kept().at(-1)).toEqual({ events: [], isCut: true });
  expect(events().length).toBeLessThan(40_000);
});
