import { describe, expect, test } from "@jest/globals";
import { createParser, type EventSourceMessage } from "eventsource-parser";
import fc from "fast-check";
import { makeEventResponse } from "#adapters/lambda-stream/event-response.ts";
import { type ChatEvent, positionAfter, startOf, writePosition } from "#core/chat/chat-event.ts";
import { anyAnswer } from "../../../support/chat/any-events.ts";
import { makeTestClock } from "../../../support/test-clock.ts";

const delta = (content: string): ChatEvent => ({ type: "delta", content });
/** More than the stream buffers before it is read. */
const large = "x".repeat(64 * 1024);

const setUp = () => {
  const clock = makeTestClock();
  const response = makeEventResponse(clock);
  const chunks: Buffer[] = [];
  return {
    ...response,
    clock,
    /** The client reads from now on. */
    read: () => void response.body.on("data", (chunk: Buffer) => chunks.push(chunk)),
    text: () => Buffer.concat(chunks).toString("utf8"),
  };
};

/** A client's interpretation of the bytes. */
const parse = (text: string): { events: EventSourceMessage[]; comments: string[] } => {
  const events: EventSourceMessage[] = [];
  const comments: string[] = [];
  const parser = createParser({
    onEvent: (event) => void events.push(event),
    onComment: (comment) => void comments.push(comment),
    onError: (error) => {
      throw error;
    },
  });
  parser.feed(text);
  return { events, comments };
};

const hasEnded = (waited: void | Promise<void>) => {
  let isOver = waited === undefined;
  void Promise.resolve(waited).then(() => {
    isOver = true;
  });
  return () => isOver;
};

describe("an event", () => {
  test("is sent as one frame: its position, its type and its data", async () => {
    const { emit, read, text, clock, end } = setUp();
    read();
    expect(emit({ type: "start", turn: "t1", conversation: null }, "1.0.0")).toBeUndefined();
    await clock.advance(0);
    expect(text()).toBe('id: 1.0.0\nevent: start\ndata: {"turn":"t1","conversation":null}\n\n');
    end();
  });

  test("is parsed by a client as it was emitted, whatever it contains", async () => {
    await fc.assert(
      fc.asyncProperty(anyAnswer, async (events) => {
        const { emit, read, text, clock, end } = setUp();
        read();
        let position = startOf(1);
        const emitted = events.map((event) => {
          position = positionAfter(position, event);
          emit(event, writePosition(position));
          const { type, ...data } = event;
          // The type of a file is in its data.
          return { id: writePosition(position), event: type, data: "file" in data ? data.file : data };
        });
        end();
        await clock.advance(0);
        const received = parse(text()).events.map((each) => ({ ...each, data: JSON.parse(each.data) }));
        expect(received).toEqual(emitted);
      }),
      { numRuns: 60 },
    );
  });

  test("is sent as it is emitted: nothing is buffered", async () => {
    const { emit, read, text, clock, end } = setUp();
    read();
    for (const [at, word] of ["one", "two", "three"].entries()) {
      emit(delta(word), `1.0.${at}`);
      await clock.advance(0);
      expect(parse(text()).events).toHaveLength(at + 1);
    }
    end();
  });
});

describe("a client that is slow", () => {
  test("is waited for until it has read, and receives everything", async () => {
    const { emit, read, text, clock, end } = setUp();
    const isTaken = hasEnded(emit(delta(large), "1.0.1"));
    await clock.advance(14_999);
    expect(isTaken()).toBe(false);
    read();
    await clock.advance(0);
    expect(isTaken()).toBe(true);
    expect(emit(delta("more"), "1.0.2")).toBeUndefined();
    end();
    await clock.advance(0);
    expect(parse(text()).events.map(({ id }) => id)).toEqual(["1.0.1", "1.0.2"]);
  });

  test("and reads nothing for fifteen seconds does not block: it is sent nothing more, and the emitter continues", async () => {
    const { emit, body, read, text, clock, end } = setUp();
    const isTaken = hasEnded(emit(delta(large), "1.0.1"));
    await clock.advance(15_000);
    expect(isTaken()).toBe(true);
    for (let n = 0; n < 100; n += 1) expect(emit(delta(large), `1.0.${n}`)).toBeUndefined();
    expect(body.readableLength).toBeLessThan(large.length + 1_000);
    end();
    read();
    await clock.advance(0);
    expect(parse(text()).events).toHaveLength(1);
    expect(body.readableEnded).toBe(true);
  });

  test("repeatedly is waited for each time", async () => {
    const { emit, body, clock, end } = setUp();
    for (let n = 0; n < 3; n += 1) {
      const isTaken = hasEnded(emit(delta(large), `1.0.${n}`));
      await clock.advance(14_000);
      expect(isTaken()).toBe(false);
      body.read();
      await clock.advance(0);
      expect(isTaken()).toBe(true);
    }
    end();
  });
});

describe("the heartbeat", () => {
  test("is sent each ten seconds, as a comment, for as long as the response is open", async () => {
    const { read, text, clock, end } = setUp();
    read();
    await clock.advance(9_999);
    expect(text()).toBe("");
    await clock.advance(1);
    expect(text()).toBe(": hb\n\n");
    await clock.advance(20_000);
    expect(parse(text())).toEqual({ events: [], comments: ["hb", "hb", "hb"] });
    end();
    await clock.advance(60_000);
    expect(parse(text()).comments).toHaveLength(3);
  });

  test("says that the bot is busy until its answer begins", async () => {
    const { emit, read, text, clock, end } = setUp();
    read();
    emit({ type: "start", turn: "t1", conversation: null }, "1.0.0");
    await clock.advance(10_000);
    emit(delta("Hello"), "1.0.5");
    await clock.advance(10_000);
    expect(parse(text()).comments).toEqual(["the bot is busy, its answer has not begun", "hb", "hb"]);
    end();
  });

  test("is not written into a buffer that is not read", async () => {
    const { emit, read, text, clock, end } = setUp();
    emit(delta(large), "1.0.1");
    await clock.advance(120_000);
    end();
    read();
    await clock.advance(0);
    expect(parse(text())).toMatchObject({ events: [{ id: "1.0.1" }], comments: [] });
  });
});

describe("the end", () => {
  test("closes the response after what was emitted, and may be repeated", async () => {
    const { emit, read, text, body, clock, end } = setUp();
    emit(delta("last"), "1.0.4");
    end();
    end();
    expect(emit(delta("too late"), "1.0.9")).toBeUndefined();
    read();
    await clock.advance(0);
    expect(parse(text()).events.map(({ id }) => id)).toEqual(["1.0.4"]);
    expect(body.readableEnded).toBe(true);
  });

  test("ends every pending sleep", async () => {
    const { clock, end, text } = setUp();
    end();
    await clock.advance(3_600_000);
    expect(text()).toBe("");
  });
});

describe("a client that has disconnected", () => {
  test.each([
    ["cleanly", undefined],
    ["with an error", new Error("ECONNRESET")],
  ])("%s makes nothing fail, and blocks for no longer than a slow client does", async (_how, error) => {
    const { emit, body, clock, end } = setUp();
    // As the pipeline of the body does: it listens, and destroys.
    body.on("error", () => {});
    emit(delta("heard"), "1.0.5");
    body.destroy(error);
    await clock.advance(0);
    const isTaken = hasEnded(emit(delta("unheard"), "1.0.12"));
    await clock.advance(15_000);
    expect(isTaken()).toBe(true);
    expect(emit(delta("more"), "1.0.16")).toBeUndefined();
    await clock.advance(60_000);
    end();
    end();
  });

  test("while it is waited for makes nothing fail either", async () => {
    const { emit, body, clock, end } = setUp();
    body.on("error", () => {});
    const isTaken = hasEnded(emit(delta(large), "1.0.1"));
    body.destroy(new Error("ECONNRESET"));
    await clock.advance(15_000);
    expect(isTaken()).toBe(true);
    end();
  });
});
