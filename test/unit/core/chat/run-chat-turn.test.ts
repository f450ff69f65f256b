import { describe, expect, test } from "@jest/globals";
import type { AdmittedTurn } from "#core/chat/admit-turn.ts";
import { BridgeError } from "#core/shared/errors.ts";
import { newChatTurn, startMs } from "../../../support/chat/chat-turns.ts";
import { delta, end, endlessAsk, place, reference, setUpChatRun, start } from "./chat-runs.ts";

describe("a turn of a client", () => {
  test("is sent as it comes, each piece with the client's new position", async () => {
    const { clock, client, running } = await setUpChatRun();
    await clock.advance(0);
    expect(await running).toBe("emitted");
    expect(client.events).toEqual([start, delta("You said: "), delta("hello"), end]);
    expect(client.ids).toEqual(["1.0.0", "1.0.10", "1.0.15", "1.end"]);
  });

  test("is stored as it was sent, done for as long as it can be replayed, and its slot is freed", async () => {
    const { clock, running, record, kept, left, slots, closed } = await setUpChatRun();
    await clock.advance(0);
    await running;
    expect(kept()).toEqual([start, delta("You said: hello"), end]);
    expect(closed).toEqual(["t1"]);
    expect(record()).toMatchObject({
      state: "done",
      replayUntil: startMs + 600_000,
      reference,
    });
    expect(left).toEqual([place]);
    expect(slots).toEqual(["released"]);
  });

  test("that cannot be replayed is not stored", async () => {
    const { clock, running, kept, record } = await setUpChatRun({ id: { keepsAnswer: false } });
    await clock.advance(0);
    await running;
    expect(kept()).toEqual([]);
    expect(record()?.state).toBe("done");
  });

  test("is done only once all of it is stored: any reader that finds it done finds its end", async () => {
    const slow = Promise.withResolvers<void>();
    const { clock, running, client, record } = await setUpChatRun({ put: () => slow.promise });
    await clock.advance(1_000);
    expect(client.types().at(-1)).toBe("end");
    expect(record()?.state).toBe("running");
    slow.resolve();
    await running;
    expect(record()?.state).toBe("done");
  });

  test("keeps its lease for as long as it runs, however long that is", async () => {
    const { clock, running, record, turns } = await setUpChatRun({ ask: endlessAsk });
    for (let seconds = 0; seconds < 60; seconds += 1) {
      await clock.advance(1_000);
      expect(record()?.heldUntil).toBeGreaterThan(clock.now() + 5_000);
    }
    await turns.requestStop({ appKey: "app-one", turn: "t1" }, { userId: "u7", botUserId: "bot-helpdesk" });
    await clock.advance(3_000);
    expect(await running).toBe("emitted");
  });

  test("is reported with its outcome, its duration and its time to first text, and never with its text", async () => {
    const { clock, running, log, metrics } = await setUpChatRun({
      ask: (given) => async (_question, listener) => {
        await given.sleep(400);
        await listener({ type: "delta", text: "hello" });
        await given.sleep(600);
        return { status: "answered" };
      },
    });
    await clock.advance(1_000);
    await running;
    expect(log.lines).toEqual([
      {
        level: "info",
        event: "chat_answered",
        fields: {
          ...{
            app: "app-one",
            bot: "bot-helpdesk",
            integration: "dify_chatflow",
            turn: "t1",
            user: "7u of app-one",
          },
          ...{ outcome: "answered", modelCalls: 1, firstTextMs: 400, tookMs: 1_000 },
        },
      },
    ]);
    expect(metrics.notes).toEqual([
      { name: "TurnEnded", ms: 1_000, dimensions: { channel: "http", outcome: "answered" } },
      { name: "FirstText", ms: 400, dimensions: { channel: "http" } },
    ]);
  });

  test("is counted with the tokens that its model reports, and as none if it reports none", async () => {
    const ofUsage = async (usage: { totalTokens: number } | undefined) => {
      const { clock, running, counts } = await setUpChatRun({
        ask: () => async (_question, listener) => {
          await listener({ type: "facts", facts: { usage, sources: [] } });
          await listener({ type: "delta", text: "hello" });
          return { status: "answered" };
        },
      });
      await clock.advance(0);
      await running;
      return counts;
    };
    expect(await ofUsage({ totalTokens: 42 })).toEqual([42]);
    expect(await ofUsage(undefined)).toEqual([0]);
  });

  test("whose model fails is told so in the stream, and reported as an error with the reason", async () => {
    const { clock, running, client, log } = await setUpChatRun({
      ask: () => async () => ({ status: "failed", code: "model", retryable: false, detail: "HTTP 401" }),
    });
    await clock.advance(0);
    expect(await running).toBe("emitted");
    expect(client.events).toEqual([start, expect.objectContaining({ type: "error", code: "model" })]);
    expect(log.lines.at(-1)).toMatchObject({ level: "error", fields: { code: "model", detail: "HTTP 401" } });
  });

  test("waits for a client that is slow", async () => {
    const accepted = Promise.withResolvers<void>();
    const events: unknown[] = [];
    const { clock, running } = await setUpChatRun({
      emit: (event) => {
        events.push(event);
        return event.type === "delta" ? accepted.promise : undefined;
      },
    });
    await clock.advance(1_000);
    expect(events).toHaveLength(2);
    accepted.resolve();
    await running;
    expect(events).toHaveLength(4);
  });
});

describe("a turn that another process has taken over", () => {
  test("ends for its client with a retryable error, and leaves the new holder's record alone", async () => {
    const { clock, running, client, turns, record, events } = await setUpChatRun({ ask: endlessAsk });
    await clock.advance(1_500);
    turns.plant({ ...newChatTurn(), token: "the other's", attempt: 2, heldUntil: startMs + 60_000 });
    await clock.advance(500);
    expect(await running).toBe("emitted");
    expect(client.events.at(-1)).toMatchObject({ type: "error", code: "interrupted", retryable: true });
    expect(record()).toMatchObject({ state: "running", token: "the other's", attempt: 2 });
    expect(events()).toContain("chat_turn_lease_lost");
  });

  test("is also one whose store does not answer for as long as its lease lasts", async () => {
    const { clock, running, client } = await setUpChatRun({
      ask: endlessAsk,
      turns: (turns) => ({ ...turns, renew: () => Promise.reject(new Error("no answer")) }),
    });
    await clock.advance(9_999);
    expect(client.types()).not.toContain("error");
    await clock.advance(2_000);
    expect(await running).toBe("emitted");
    expect(client.events.at(-1)).toMatchObject({ code: "interrupted" });
  });
});

describe("a turn whose conversation is busy", () => {
  test("is given up after five seconds, before its client received anything, and may be begun again at once", async () => {
    const { clock, running, client, record, left, closed, kept } = await setUpChatRun({
      conversations: (real) => ({ ...real, open: async () => ({ status: "busy" }) }),
    });
    await clock.advance(6_000);
    expect(await running).toBe("busy");
    expect(client.events).toEqual([]);
    expect(kept()).toEqual([]);
    expect(record()).toMatchObject({ state: "running", heldUntil: 0 });
    expect(left).toEqual([{ ...place, isUncounted: true }]);
    expect(closed).toEqual(["t1"]);
  });
});

describe("a turn that is not admitted", () => {
  test.each([
    ["refused", new BridgeError("rate_limited", "too many turns", { expose: true }), []],
    ["not decided", new Error("throttled"), ["chat_turn_failed"]],
  ])("but %s is told so, by a status, and leaves nothing behind", async (_how, error, logged) => {
    const { clock, running, client, record, left, slots, closed, conversations, modelStops, events } =
      await setUpChatRun({ admit: () => Promise.reject(error) });
    await clock.advance(0);
    expect(await running).toEqual({ error });
    expect([client.events, modelStops]).toEqual([[], []]);
    expect(record()).toMatchObject({ state: "running", heldUntil: 0 });
    expect(conversations.holder()).toBeUndefined();
    expect(conversations.kept).toEqual([]);
    // The admission itself has given them back.
    expect([left, slots]).toEqual([[], []]);
    expect(closed).toEqual(["t1"]);
    expect(events()).toEqual(logged);
  });

  test("for a long time keeps its lease, and is then answered", async () => {
    const admission = Promise.withResolvers<AdmittedTurn>();
    const { clock, running, client, record } = await setUpChatRun({ admit: () => admission.promise });
    await clock.advance(30_000);
    expect(client.events).toEqual([]);
    expect(record()?.heldUntil).toBeGreaterThan(clock.now());
    admission.resolve({ release: async () => {}, cancel: async () => {} });
    await clock.advance(0);
    expect(await running).toBe("emitted");
  });

  test("while another process takes it over is left to that", async () => {
    const admission = Promise.withResolvers<AdmittedTurn>();
    const ended: string[] = [];
    const { clock, running, turns, record } = await setUpChatRun({ admit: () => admission.promise });
    turns.plant({ ...newChatTurn(), token: "the other's", attempt: 2, heldUntil: startMs + 60_000 });
    await clock.advance(2_000);
    admission.resolve({
      release: async () => void ended.push("released"),
      cancel: async () => void ended.push("cancelled"),
    });
    await clock.advance(0);
    await running;
    expect(record()).toMatchObject({ state: "running", token: "the other's", attempt: 2 });
    expect(ended).toEqual([]);
  });
});
