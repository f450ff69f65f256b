import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import type { TestClock } from "../../../support/test-clock.ts";
import { delta, endlessAsk, place, reference, setUpChatRun, start } from "./chat-runs.ts";

describe("an error", () => {
  const broken = () => Promise.reject(new Error("throttled"));

  test("before its client has received anything is thrown, for a status, and the turn may be begun again at once", async () => {
    const { clock, running, client, record, left, closed } = await setUpChatRun({
      conversations: (conversations) => ({ ...conversations, open: broken }),
    });
    await clock.advance(0);
    expect(await running).toEqual({ error: new Error("throttled") });
    expect(client.events).toEqual([]);
    expect(record()).toMatchObject({ state: "running", heldUntil: 0 });
    expect(left).toEqual([{ ...place, isUncounted: true }]);
    expect(closed).toEqual(["t1"]);
  });

  test("later is sent in the stream, without its details, and stored for clients that reconnect", async () => {
    const { clock, running, client, kept, record } = await setUpChatRun({
      ask: () => async (_question, listener) => {
        await listener({ type: "delta", text: "half of it" });
        throw new Error("internal details");
      },
    });
    await clock.advance(0);
    expect(await running).toBe("emitted");
    const expected = [
      start,
      delta("half of it"),
      { type: "error", code: "internal", message: "internal error, please try again", retryable: true },
    ];
    expect(client.events).toEqual(expected);
    expect(kept()).toEqual(expected);
    expect(record()?.state).toBe("done");
  });

  test("is sent once: after the end a client receives nothing", async () => {
    const { clock, running, client } = await setUpChatRun({
      ask: endlessAsk,
      stop: broken,
      turns: (turns) => ({ ...turns, renew: async () => "stop", saveReference: broken, end: broken }),
      leave: broken,
    });
    await clock.advance(20_000);
    expect(await running).toBe("emitted");
    expect(client.types().filter((type) => type === "end" || type === "error")).toEqual(["end"]);
  });

  test("after the end, in its report, is not sent", async () => {
    const fail = (): never => {
      throw new Error("no room in the log");
    };
    const { clock, running, client, record, left } = await setUpChatRun({
      metrics: { time: fail, count: fail },
    });
    await clock.advance(0);
    expect(await running).toBe("emitted");
    expect(client.types()).toEqual(["start", "delta", "delta", "end"]);
    expect(record()?.state).toBe("done");
    expect(left).toEqual([place]);
  });

  test("wherever it occurs, closes the journal and, unless another run has the turn or it was not admitted, frees its slot and ends it, or discards it if it was unknown to the client, which receives one last event or none at all", async () => {
    const fault = fc.constantFrom("none" as const, "throws" as const, "waits" as const);
    const faults = fc.record({
      admission: fault,
      open: fault,
      renew: fault,
      keep: fault,
      close: fault,
      heartbeat: fc.constantFrom("run" as const, "stop" as const, "lost" as const, "throws" as const),
      name: fault,
      end: fault,
      put: fault,
      leave: fault,
      ask: fc.constantFrom("answers", "empty", "throws", "throws late", "fails", "breaks off", "talks on"),
    });
    await fc.assert(
      fc.asyncProperty(faults, async (wrong) => {
        let clockOf: TestClock | undefined;
        const by =
          <A extends unknown[], R>(kind: "none" | "throws" | "waits", call: (...args: A) => Promise<R>) =>
          async (...args: A): Promise<R> => {
            if (kind === "throws") throw new Error("throttled");
            if (kind === "waits") await clockOf?.sleep(700);
            return call(...args);
          };
        let isLost = false;
        const done: string[] = [];
        const { clock, running, client, left, slots, closed } = await setUpChatRun({
          conversations: (real) => ({
            ...real,
            open: by(wrong.open, real.open),
            renew: by(wrong.renew, real.renew),
            begin: by(wrong.keep, real.begin),
            close: by(wrong.close, real.close),
          }),
          turns: (real) => ({
            renew: async (...args) => {
              if (wrong.heartbeat === "throws") throw new Error("throttled");
              const renewed = await real.renew(...args);
              if (wrong.heartbeat === "lost") isLost = true;
              return wrong.heartbeat === "run" ? renewed : wrong.heartbeat;
            },
            saveReference: by(wrong.name, real.saveReference),
            end: (...args) => {
              done.push("end");
              return by(wrong.end, real.end)(...args);
            },
            discard: (...args) => {
              done.push("discard");
              return by(wrong.end, real.discard)(...args);
            },
          }),
          admit: async (given, admitted) => {
            if (wrong.admission === "throws") throw new Error("throttled");
            if (wrong.admission === "waits") await given.sleep(700);
            return admitted;
          },
          put: by(wrong.put, async () => {}),
          leave: by(wrong.leave, async () => {}),
          ask: (given) => async (_question, listener, limits) => {
            clockOf = given;
            if (wrong.ask === "throws") throw new Error("internal details");
            if (wrong.ask === "talks on") {
              await given.sleep(100, limits.signal);
              await listener({ type: "begun", reference });
              await given.sleep(30_000, limits.signal);
              return limits.signal.aborted ? { status: "abandoned" } : { status: "answered" };
            }
            if (wrong.ask === "empty") return { status: "answered" };
            await listener({ type: "delta", text: "half" });
            if (wrong.ask === "throws late") throw new Error("internal details");
            if (wrong.ask === "breaks off") return { status: "incomplete" };
            if (wrong.ask === "fails") {
              return { status: "failed", code: "timeout", retryable: false, detail: "silence" };
            }
            return { status: "answered" };
          },
        });
        await clock.advance(120_000);
        const outcome = await Promise.race([running, Promise.resolve("never ends")]);
        expect(outcome).not.toBe("never ends");
        const last = client.types().filter((type) => type === "end" || type === "error");
        const isHeard = client.events.length > 0;
        expect(last).toHaveLength(isHeard ? 1 : 0);
        if (isHeard) expect(["end", "error"]).toContain(client.types().at(-1));
        // A turn that another run has taken over is left to it.
        expect(done).toEqual(isLost ? [] : [isHeard ? "end" : "discard"]);
        expect(outcome).toEqual(isHeard ? "emitted" : { error: expect.any(Error) });
        const isLeft = !isLost && wrong.admission !== "throws";
        expect(left).toHaveLength(isLeft ? 1 : 0);
        expect(slots).toHaveLength(isLeft ? 1 : 0);
        expect(closed).toEqual(["t1"]);
      }),
      { numRuns: 100 },
    );
  });
});
