import { expect, test } from "@jest/globals";
import type { TurnReply } from "#adapters/api-gateway/turn-reply.ts";
import { type WatchPorts, watchTurns } from "../../../../console/src/pages/guide/run/watch-turns.ts";

const turn = (integration: "webhook" | "dify_chatflow", outcome: TurnReply["outcome"]): TurnReply => ({
  turn: integration,
  msgUID: "m1",
  channel: "im",
  userId: "bot-1",
  integration,
  fromUserId: "u1",
  user: "p1",
  channelType: "PERSON",
  targetId: "u1",
  outcome,
  acceptedAt: 1,
});

/** Each poll finds the next of these; the last one for good. */
const watch = async (polls: readonly (readonly TurnReply[])[], maxEmptyPolls = 8) => {
  const left = [...polls];
  const shown: number[] = [];
  let sleptMs = 0;
  const ports: WatchPorts = {
    load: async () => (left.length > 1 ? left.shift() : left[0]) ?? [],
    sleep: async (ms) => {
      sleptMs += ms;
    },
    show: (turns) => shown.push(turns.length),
  };
  const turns = await watchTurns(ports, maxEmptyPolls);
  return { outcomes: turns.map(({ integration, outcome }) => `${integration} ${outcome}`), shown, sleptMs };
};

test("waits until every integration that the message triggered has ended", async () => {
  const { outcomes } = await watch([
    [],
    [turn("webhook", "delivered")],
    [turn("webhook", "delivered"), turn("dify_chatflow", "running")],
    [turn("webhook", "delivered"), turn("dify_chatflow", "answered")],
  ]);
  expect(outcomes).toEqual(["webhook delivered", "dify_chatflow answered"]);
});

test("shows what is known while it waits", async () => {
  const { shown } = await watch([[], [turn("webhook", "running")], [turn("webhook", "delivered")]]);
  expect(shown).toEqual([1, 1, 1]);
});

test("gives up on a message that triggers nothing within a few seconds", async () => {
  const { outcomes, sleptMs } = await watch([[]]);
  expect(outcomes).toEqual([]);
  expect(sleptMs).toBeLessThan(10_000);
});

test("does not wait longer than a minute for a turn that goes on", async () => {
  const { outcomes, sleptMs } = await watch([[turn("dify_chatflow", "running")]]);
  expect(outcomes).toEqual(["dify_chatflow running"]);
  expect(sleptMs).toBeLessThanOrEqual(60_000);
});

test("waits for a first message as long as it takes", async () => {
  const nothing = Array.from({ length: 1_000 }, () => []);
  const { outcomes } = await watch(
    [...nothing, [turn("dify_chatflow", "answered")]],
    Number.POSITIVE_INFINITY,
  );
  expect(outcomes).toEqual(["dify_chatflow answered"]);
});
