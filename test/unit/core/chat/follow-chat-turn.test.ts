import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import {
  type ChatEvent,
  type ChatPosition,
  positionAfter,
  readPosition,
  startOf,
} from "#core/chat/chat-event.ts";
import type { ChatTurn } from "#core/chat/chat-turn.ts";
import { makeFollowChatTurn } from "#core/chat/follow-chat-turn.ts";
import { anyAnswer, shownBy, thoughtBy } from "../../../support/chat/any-events.ts";
import { chatTurn, startMs } from "../../../support/chat/chat-turns.ts";
import { makeMemoryChatTurns } from "../../../support/chat/memory-chat-turns.ts";
import { makeMemoryClient } from "../../../support/chat/memory-client.ts";
import { type MemoryPieces, makeMemoryPieces } from "../../../support/chat/memory-pieces.ts";
import { makeMemoryLog } from "../../../support/memory-log.ts";
import { makeTestClock } from "../../../support/test-clock.ts";

const start: ChatEvent = { type: "start", turn: "t1", conversation: null };
const delta = (content: string): ChatEvent => ({ type: "delta", content });
const reasoning = (content: string): ChatEvent => ({ type: "reasoning", content });
const replace = (content: string): ChatEvent => ({ type: "replace", content });
const end: ChatEvent = { type: "end", stopped: false, usage: null, sources: [] };
const interrupted = expect.objectContaining({ type: "error", code: "interrupted", retryable: true });

interface Given {
  readonly turn?: Partial<ChatTurn>;
  readonly store?: MemoryPieces;
}

/** A turn that others run, which a client follows. */
const setUp = ({ turn: given = {}, store = makeMemoryPieces() }: Given = {}) => {
  const clock = makeTestClock(startMs);
  const turn = chatTurn(given);
  const turns = makeMemoryChatTurns(clock);
  turns.plant(turn);
  const log = makeMemoryLog();
  let n = 0;
  /** Its process writes a piece. */
  const write = async (...events: ChatEvent[]) => {
    await store.put(turn, n, { events });
    n += 1;
  };
  const follow = makeFollowChatTurn({ pieces: store, turns, clock, log });
  /** `after`: where a client broke off. */
  const open = (after?: string, deadline = startMs + 840_000) => {
    const client = makeMemoryClient(clock.now);
    let isDone = false;
    const done = follow(
      turn,
      after === undefined ? undefined : readPosition(after),
      client.emit,
      deadline,
    ).then(() => {
      isDone = true;
    });
    return { ...client, done, isDone: () => isDone };
  };
  return { clock, turn, turns, store, log, write, open };
};

/** What a client receives that broke off after `received`, with events stored in pieces that end at `cuts`. */
const resume = async (
  events: readonly ChatEvent[],
  cuts: readonly number[],
  received: ChatPosition | undefined,
  atOnce: number,
) => {
  const { turn, store, clock, log, turns } = setUp();
  const ends = [...new Set([...cuts.map((cut) => cut % events.length), events.length])].sort((a, b) => a - b);
  for (const [n, to] of ends.entries()) {
    await store.put(turn, n, { events: events.slice(ends[n - 1] ?? 0, to) });
  }
  const client = makeMemoryClient();
  const read: MemoryPieces["read"] = (answer, n, most) => store.read(answer, n, Math.min(most, atOnce));
  const follow = makeFollowChatTurn({ pieces: { read }, turns, clock, log });
  const following = follow(turn, received, client.emit, Number.POSITIVE_INFINITY);
  await clock.advance(500 * (ends.length + 1));
  await following;
  return client;
};

/** The same answer as the journal may have merged it: consecutive text is one event. */
const joined = (events: readonly ChatEvent[]): ChatEvent[] => {
  const all: ChatEvent[] = [];
  for (const event of events) {
    const last = all.at(-1);
    if (last?.type === "delta" && event.type === "delta")
      all.splice(-1, 1, delta(last.content + event.content));
    else if (last?.type === "reasoning" && event.type === "reasoning")
      all.splice(-1, 1, reasoning(last.content + event.content));
    else all.push(event);
  }
  return all;
};

const anyCuts = fc.array(fc.nat(), { maxLength: 5 });
const anyBreak = fc.nat(12);

describe("a client that reconnects", () => {
  test("has the whole answer, once, wherever it broke off and however the answer was merged and split", async () => {
    await fc.assert(
      fc.asyncProperty(
        anyAnswer,
        anyCuts,
        anyBreak,
        fc.constantFrom(1, 2, 20),
        async (events, cuts, at, atOnce) => {
          const received = events.slice(0, at % (events.length + 1));
          const position = received.length === 0 ? undefined : received.reduce(positionAfter, startOf(1));
          const client = await resume(joined(events), cuts, position, atOnce);
          const all = [...received, ...client.events];
          expect(shownBy(all)).toBe(shownBy(events));
          expect(thoughtBy(all)).toBe(thoughtBy(events));
          // Repeated or left out, even if the resulting text is the same.
          const lengthOf = (sequence: readonly ChatEvent[]) =>
            sequence.reduce((sum, each) => sum + ("content" in each ? each.content.length : 0), 0);
          expect(lengthOf(all)).toBe(lengthOf(events));
          const without = (sequence: readonly ChatEvent[]) =>
            sequence.filter(({ type }) => type !== "delta" && type !== "reasoning");
          expect(without(all)).toEqual(without(events));
        },
      ),
      { numRuns: 150 },
    );
  });

  test("gets a position with each event, from which it can continue if it breaks off again", async () => {
    await fc.assert(
      fc.asyncProperty(anyAnswer, anyCuts, anyBreak, anyBreak, async (events, cuts, at, again) => {
        const first = events.slice(0, at % events.length);
        const position = first.length === 0 ? undefined : first.reduce(positionAfter, startOf(1));
        const once = await resume(joined(events), cuts, position, 20);
        const second = once.events.slice(0, again % once.events.length);
        const reached = second.length === 0 ? position : once.positions()[second.length - 1];
        const twice = await resume(joined(events), [], reached, 20);
        const all = [...first, ...second, ...twice.events];
        expect(shownBy(all)).toBe(shownBy(events));
        expect(thoughtBy(all)).toBe(thoughtBy(events));
        const files = (sequence: readonly ChatEvent[]) => sequence.filter(({ type }) => type === "file");
        expect(files(all)).toEqual(files(events));
      }),
      { numRuns: 100 },
    );
  });

  test("gets the rest of a piece of text in whose middle it broke off", async () => {
    const client = await resume([start, delta("You said: hello"), end], [], readPosition("1.0.4"), 20);
    expect(client.events).toEqual([delta("said: hello"), end]);
    expect(client.ids).toEqual(["1.0.15", "1.end"]);
  });

  test("gets nothing of what was replaced, and the replacement only once", async () => {
    const events = [start, delta("wrong"), replace("right"), delta(" indeed"), end];
    expect((await resume(events, [], readPosition("1.0.3"), 20)).events).toEqual([
      delta("ng"),
      replace("right"),
      delta(" indeed"),
      end,
    ]);
    expect((await resume(events, [], readPosition("1.1.5"), 20)).events).toEqual([delta(" indeed"), end]);
    expect((await resume(events, [], readPosition("1.1.2"), 20)).events).toEqual([delta(" indeed"), end]);
  });

  test("gets the rest of the reasoning in whose middle it broke off, and each file once", async () => {
    const file: ChatEvent = { type: "file", file: { type: "image", url: "https://a.example/1", name: null } };
    const events = [start, reasoning("Let me see."), delta("Yes"), reasoning(" Or"), file, end];
    const client = await resume(events, [], readPosition("1.0.0.4.0"), 20);
    expect(client.events).toEqual([reasoning("me see."), delta("Yes"), reasoning(" Or"), file, end]);
    expect(client.ids).toEqual(["1.0.0.11.0", "1.0.3.11.0", "1.0.3.14.0", "1.0.3.14.1", "1.end"]);
    expect((await resume(events, [], readPosition("1.0.3.12.0"), 20)).events).toEqual([
      reasoning("Or"),
      file,
      end,
    ]);
    expect((await resume(events, [], readPosition("1.0.3.14.1"), 20)).events).toEqual([end]);
  });

  test("and has received nothing yet starts from the beginning", async () => {
    const events = [start, delta("all"), end];
    expect((await resume(events, [], undefined, 20)).events).toEqual(events);
  });

  test("to a turn that was run again since is told to start over, and receives the whole of that run", async () => {
    const { turn, store, open, clock } = setUp({ turn: { attempt: 2 } });
    await store.put({ ...turn, attempt: 1 }, 0, { events: [start, delta("of the dead")] });
    await store.put(turn, 0, { events: [start, delta("of the living"), end] });
    const client = open("1.0.5");
    await clock.advance(500);
    await client.done;
    expect(client.events).toEqual([replace(""), delta("of the living"), end]);
    expect(client.ids).toEqual(["2.0.0", "2.0.13", "2.end"]);
  });

  test.each(["1.0.0.3.0", "1.0.5.0.1", "1.end"])(
    "to such a turn after %s drops reasoning and files of the earlier run, too",
    async (after) => {
      const { turn, store, open, clock } = setUp({ turn: { attempt: 2 } });
      await store.put(turn, 0, { events: [start, reasoning("hm"), delta("of the living"), end] });
      const client = open(after);
      await clock.advance(500);
      await client.done;
      const again = { ...replace(""), all: true };
      expect(client.events).toEqual([again, reasoning("hm"), delta("of the living"), end]);
    },
  );
});

describe("a client that follows a turn", () => {
  test("receives each piece within half a second after it is written, and nothing after the end", async () => {
    const { clock, write, open } = setUp();
    const client = open();
    await write(start);
    await clock.advance(500);
    expect(client.types()).toEqual(["start"]);
    await write(delta("one "));
    await clock.advance(500);
    await write(delta("two"), end);
    expect(client.text()).toBe("one ");
    await clock.advance(500);
    await client.done;
    expect(client.events).toEqual([start, delta("one "), delta("two"), end]);
  });

  test("waits with a turn that says nothing, for as long as its process lives", async () => {
    const { clock, turn, turns, write, open } = setUp();
    const client = open();
    await write(start);
    for (let beat = 0; beat < 60; beat += 1) {
      turns.plant({ ...turn, heldUntil: clock.now() + 10_000 });
      await clock.advance(2_000);
    }
    expect(client.types()).toEqual(["start"]);
    await write(end);
    await clock.advance(500);
    expect(client.types()).toEqual(["start", "end"]);
  });

  test("learns within seconds after its lease expired that its process has died, from a retryable error", async () => {
    const { clock, write, open } = setUp();
    const client = open();
    await write(start, delta("half of "));
    await clock.advance(9_999);
    expect(client.types()).toEqual(["start", "delta"]);
    await clock.advance(3_000);
    await client.done;
    expect(client.events).toEqual([start, delta("half of "), interrupted]);
    // An EventSource that reconnects by itself receives no more.
    expect(client.ids.at(-1)).toBe("1.end");
  });

  test.each<[string, Partial<ChatTurn>, Partial<ChatEvent>]>([
    ["that another process has taken over", { attempt: 2 }, { code: "interrupted", retryable: true }],
    [
      "that ended without storing its end",
      { state: "done", replayUntil: startMs + 600_000 },
      { code: "replay_too_long", retryable: false },
    ],
  ])("%s is told so", async (_which, now, emitted) => {
    const { clock, turn, turns, write, open } = setUp();
    await write(start);
    const client = open();
    turns.plant({ ...turn, heldUntil: startMs + 60_000, ...now });
    await clock.advance(3_000);
    expect(client.events).toMatchObject([start, emitted]);
  });

  test("that was discarded is told so", async () => {
    const { clock, turn, turns, open } = setUp();
    await turns.discard(turn, "nobody's");
    const client = open();
    await clock.advance(3_000);
    expect(client.events).toEqual([interrupted]);
  });

  test("misses nothing that was written between the last read and the check whether the turn runs", async () => {
    const { clock, turn, store, log } = setUp();
    const client = makeMemoryClient();
    const find = async () => {
      await store.put(turn, 0, { events: [start, delta("just in time"), end] });
      return { ...turn, state: "done" as const };
    };
    const follow = makeFollowChatTurn({ pieces: store, turns: { find }, clock, log });
    const done = follow(turn, undefined, client.emit, Number.POSITIVE_INFINITY);
    await clock.advance(5_000);
    await done;
    expect(client.text()).toBe("just in time");
    expect(client.types()).toEqual(["start", "delta", "end"]);
  });

  test("has everything stored long ago without waiting, however many pieces it is", async () => {
    const { clock, write, open } = setUp({ turn: { state: "done", replayUntil: startMs + 600_000 } });
    for (let n = 0; n < 500; n += 1) await write(delta(`${n} `));
    await write(end);
    const client = open();
    await clock.advance(500);
    await client.done;
    expect(client.times.at(-1)).toBe(startMs);
    expect(client.types()).toHaveLength(501);
  });

  test("polls every half second once it has caught up: each read costs", async () => {
    const store = makeMemoryPieces();
    let reads = 0;
    const counting: MemoryPieces = {
      ...store,
      read: (...asked) => {
        reads += 1;
        return store.read(...asked);
      },
    };
    const { clock, write, open } = setUp({ store: counting });
    const client = open();
    for (let n = 0; n < 6; n += 1) {
      await write(delta("word "));
      await clock.advance(500);
    }
    expect(reads).toBeLessThanOrEqual(7);
    await write(end);
    await clock.advance(500);
    await client.done;
  });

  test("is told that the answer is too long to be replayed, after the part that is stored", async () => {
    const { clock, turn, store, open } = setUp();
    await store.put(turn, 0, { events: [start, delta("long ")] });
    await store.put(turn, 1, { events: [], isCut: true });
    const client = open();
    await clock.advance(500);
    await client.done;
    expect(client.events).toEqual([
      start,
      delta("long "),
      expect.objectContaining({ type: "error", code: "replay_too_long", retryable: false }),
    ]);
  });

  test("is told to reconnect when the function's own time is over, and continues from where it was", async () => {
    const { clock, turn, turns, write, open } = setUp();
    turns.plant({ ...turn, heldUntil: startMs + 900_000 });
    await write(start, delta("so far"));
    const client = open(undefined, startMs + 20_000);
    await clock.advance(20_500);
    await client.done;
    expect(client.events).toEqual([start, delta("so far"), interrupted]);
    const again = open(client.ids.at(-1));
    await write(delta(" so good"), end);
    await clock.advance(1_000);
    await again.done;
    expect(again.events).toEqual([delta(" so good"), end]);
  });

  test.each(["pieces", "turns"] as const)(
    "is told so in the stream, and may retry, if the store of %s fails",
    async (which) => {
      const { clock, turn, turns, store, log } = setUp();
      await store.put(turn, 0, { events: [start] });
      const fail = async (): Promise<never> => {
        throw new Error("throttled");
      };
      let reads = 0;
      const read: MemoryPieces["read"] = (...asked) => {
        reads += 1;
        return which === "pieces" && reads > 1 ? fail() : store.read(...asked);
      };
      const client = makeMemoryClient();
      const follow = makeFollowChatTurn({
        pieces: { read },
        turns: which === "turns" ? { find: fail } : turns,
        clock,
        log,
      });
      const done = follow(turn, undefined, client.emit, Number.POSITIVE_INFINITY);
      await clock.advance(5_000);
      await done;
      expect(client.events).toEqual([start, interrupted]);
      expect(log.lines).toEqual([
        {
          level: "warn",
          event: "turn_replay_failed",
          fields: { app: "app-one", turn: "t1", reason: "Error: throttled" },
        },
      ]);
    },
  );

  test("that is slow is waited for before it is sent more", async () => {
    const { clock, turn, turns, store, log } = setUp();
    await store.put(turn, 0, { events: [start, delta("one"), end] });
    const emitted: ChatEvent[] = [];
    const accepted = Promise.withResolvers<void>();
    const follow = makeFollowChatTurn({ pieces: store, turns, clock, log });
    const done = follow(
      turn,
      undefined,
      (event) => {
        emitted.push(event);
        return event.type === "start" ? accepted.promise : undefined;
      },
      Number.POSITIVE_INFINITY,
    );
    await clock.advance(5_000);
    expect(emitted).toEqual([start]);
    accepted.resolve();
    await done;
    expect(emitted).toEqual([start, delta("one"), end]);
  });
});
