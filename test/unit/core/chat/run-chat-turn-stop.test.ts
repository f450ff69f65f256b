import { describe, expect, test } from "@jest/globals";
import type { AskDify } from "#core/answer/answer.ts";
import type { MemoryChatTurns } from "../../../support/chat/memory-chat-turns.ts";
import { answers, end, setUpChatRun, start, stopped, talksOn } from "./chat-runs.ts";

describe("a stop", () => {
  const askStop = (turns: MemoryChatTurns) =>
    turns.askStop({ appKey: "app-one", turn: "t1" }, { userId: "u7", botUserId: "bot-helpdesk" });

  test("is seen by the next heartbeat, two seconds on, and ends the turn though Dify goes on; Dify is told", async () => {
    const { clock, running, client, turns, told } = await setUpChatRun({ askDify: talksOn });
    await clock.advance(4_100);
    await askStop(turns);
    await clock.advance(1_899);
    expect(client.types()).not.toContain("end");
    await clock.advance(1);
    expect(client.events.at(-1)).toEqual(stopped);
    expect(await running).toBe("told");
    expect(told).toEqual(["k1 of u7"]);
  });

  test.each<[string, AskDify]>([
    ["as if it had said all", answers("half of it")],
    ["without a word", answers()],
    [
      "by breaking off",
      async (_question, listener) => {
        await listener({ type: "delta", text: "half of it" });
        return { status: "incomplete" };
      },
    ],
  ])("that Dify obeys by ending %s is told as one, whichever machine took it", async (_how, askDify) => {
    const { clock, running, client, turns } = await setUpChatRun({
      askDify:
        (given) =>
        async (...asked) => {
          const outcome = await askDify(...asked);
          await given.sleep(1_000);
          return outcome;
        },
    });
    await clock.advance(500);
    await askStop(turns);
    await clock.advance(500);
    expect(await running).toBe("told");
    expect(client.events.at(-1)).toEqual(stopped);
  });

  test("before Dify has named the turn ends it all the same, and Dify is told once it has", async () => {
    const { clock, running, client, turns, told } = await setUpChatRun({
      askDify: (given) => async (question, listener, limits) => {
        await given.sleep(5_000, limits.signal);
        return talksOn(given)(question, listener, limits);
      },
    });
    await askStop(turns);
    await clock.advance(2_000);
    expect(client.events).toEqual([start, stopped]);
    expect(told).toEqual([]);
    await clock.advance(3_000);
    expect(told).toEqual(["k1 of u7"]);
    expect(await running).toBe("told");
  });

  test("that cannot be asked for at the end leaves the answer as it is", async () => {
    const { clock, running, client, events } = await setUpChatRun({
      turns: (turns) => ({ ...turns, beat: () => Promise.reject(new Error("throttled")) }),
    });
    await clock.advance(0);
    expect(await running).toBe("told");
    expect(client.events.at(-1)).toEqual(end);
    expect(events()).toContain("chat_turn_not_renewed");
  });
});
