import { describe, expect, test } from "@jest/globals";
import { type ReadWholePorts, readWhole } from "#adapters/model-api/read-whole.ts";
import type { AnswerEvent } from "#core/answer/answer.ts";
import type { AnswerListener } from "#core/answer/model.ts";
import { makeTestClock } from "../../../support/test-clock.ts";

const delta = (text: string): AnswerEvent => ({ type: "delta", text });

const setUp = (
  listener: AnswerListener,
  take: ReadWholePorts["take"] = (body) => body.split(" ").map(delta),
) => {
  const clock = makeTestClock();
  const ended = new AbortController();
  async function* body() {
    yield Buffer.from("one two three");
  }
  const reading = readWhole(
    { status: 200, headers: {}, body: body() },
    { take, clock, deadline: clock.now() + 1_000, listener, ended },
  );
  return { clock, ended, reading };
};

describe("an answer in one body", () => {
  test("reaches the listener in order, which may take its time for each event", async () => {
    const received: string[] = [];
    const { clock, reading } = setUp(async (event) => {
      await clock.sleep(100);
      received.push(event.type === "delta" ? event.text : event.type);
    });
    await clock.advance(100);
    await clock.advance(100);
    await clock.advance(100);
    expect(await reading).toBeUndefined();
    expect(received).toEqual(["one", "two", "three"]);
  });

  test("ends at the deadline for a listener that never resolves", async () => {
    const received: AnswerEvent[] = [];
    const { clock, reading } = setUp((event) => {
      received.push(event);
      return new Promise(() => {});
    });
    await clock.advance(1_000);
    expect(await reading).toBeUndefined();
    expect(received).toEqual([delta("one")]);
  });

  test("ends at once for such a listener on a stop", async () => {
    const waiting = Promise.withResolvers<void>();
    const { ended, reading } = setUp(() => {
      waiting.resolve();
      return new Promise(() => {});
    });
    await waiting.promise;
    ended.abort();
    expect(await reading).toBeUndefined();
  });

  test("rejects with what the listener throws", async () => {
    const { reading } = setUp(() => Promise.reject(new Error("the sink is gone")));
    await expect(reading).rejects.toThrow("the sink is gone");
  });

  test("that cannot be parsed fails", async () => {
    const { reading } = setUp(
      () => {},
      () => undefined,
    );
    expect(await reading).toMatchObject({ status: "failed", code: "unavailable", retryable: false });
  });
});

test("an endless body is broken off at its limit, and not taken", async () => {
  const clock = makeTestClock();
  let read = 0;
  async function* body() {
    for (; ; read += 65_536) yield Buffer.alloc(65_536, "x");
  }
  const reading = readWhole(
    { status: 200, headers: {}, body: body() },
    {
      take: () => {
        throw new Error("it was taken");
      },
      clock,
      deadline: clock.now() + 1_000,
      listener: () => {},
      ended: new AbortController(),
    },
  );
  expect(await reading).toEqual({ status: "incomplete" });
  expect(read).toBeLessThan(9 * 1024 * 1024);
});
