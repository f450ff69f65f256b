import { describe, expect, test } from "@jest/globals";
import type { MemoryChatTurns } from "../../../support/chat/memory-chat-turns.ts";
import { type Ask, answers, end, endlessAsk, reference, setUpChatRun, start, stopped } from "./chat-runs.ts";

describe("a stop", () => {
  const requestStop = (turns: MemoryChatTurns) =>
    turns.requestStop({ appKey: "app-one", turn: "t1" }, { userId: "u7", botUserId: "bot-helpdesk" });

  test("is noticed by the next heartbeat, after two seconds, and ends the turn even if the model continues; the model is told", async () => {
    const { clock, running, client, turns, modelStops } = await setUpChatRun({ ask: endlessAsk });
    await clock.advance(4_100);
    await requestStop(turns);
    await clock.advance(1_899);
    expect(client.types()).not.toContain("end");
    await clock.advance(1);
    expect(client.events.at(-1)).toEqual(stopped);
    expect(await running).toBe("emitted");
    expect(modelStops).toEqual([reference]);
  });

  test.each<[string, Ask]>([
    ["as if it were complete", answers("half of it")],
    ["without a word", answers()],
    [
      "by breaking off",
      async (_question, listener) => {
        await listener({ type: "delta", text: "half of it" });
        return { status: "incomplete" };
      },
    ],
  ])(
    "that the model obeys by ending %s is reported as one, whichever process received it",
    async (_how, ask) => {
      const { clock, running, client, turns } = await setUpChatRun({
        ask:
          (given) =>
          async (...asked) => {
            const outcome = await ask(...asked);
            await given.sleep(1_000);
            return outcome;
          },
      });
      await clock.advance(500);
      await requestStop(turns);
      await clock.advance(500);
      expect(await running).toBe("emitted");
      expect(client.events.at(-1)).toEqual(stopped);
    },
  );

  test("before the model has named the turn ends it all the same, and the model is told once it has", async () => {
    const { clock, running, client, turns, modelStops } = await setUpChatRun({
      ask: (given) => async (question, listener, limits) => {
        await given.sleep(5_000, limits.signal);
        return endlessAsk(given)(question, listener, limits);
      },
    });
    await requestStop(turns);
    await clock.advance(2_000);
    expect(client.events).toEqual([start, stopped]);
    expect(modelStops).toEqual([]);
    await clock.advance(3_000);
    expect(modelStops).toEqual([reference]);
    expect(await running).toBe("emitted");
  });

  test("that cannot be checked for at the end leaves the answer as it is", async () => {
    const { clock, running, client, events } = await setUpChatRun({
      turns: (turns) => ({ ...turns, renew: () => Promise.reject(new Error("throttled")) }),
    });
    await clock.advance(0);
    expect(await running).toBe("emitted");
    expect(client.events.at(-1)).toEqual(end);
    expect(events()).toContain("chat_turn_lease_not_renewed");
  });
});
