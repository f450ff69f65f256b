import { describe, expect, test } from "@jest/globals";
import type { Limits } from "#core/bot/limits.ts";
import { makeCountTurn } from "#core/turn/count-turn.ts";
import type { CountableTurn } from "#core/turn/limit-store.ts";
import { makeMemoryLimits } from "../../../support/memory-limits.ts";
import { makeMemoryLog } from "../../../support/memory-log.ts";
import { makeMemoryMetrics } from "../../../support/memory-metrics.ts";
import { pseudonymOf } from "../../../support/pseudonyms.ts";
import { makeTestClock } from "../../../support/test-clock.ts";

const minuteMs = 60_000;
const noon = Date.UTC(2026, 10, 27, 12);
const midnight = Date.UTC(2026, 10, 28);

const setUp = (bot: Limits | undefined, app?: Limits) => {
  const clock = makeTestClock(noon);
  const store = makeMemoryLimits();
  const metrics = makeMemoryMetrics();
  const log = makeMemoryLog();
  const countTurn = makeCountTurn({
    store,
    apps: { find: async (appKey) => ({ appKey, secrets: ["s"], ...(app && { limits: app }) }) },
    clock,
    metrics,
    log,
    pseudonymOf,
  });
  const turn = (given: Partial<CountableTurn> = {}): CountableTurn => ({
    appKey: "app-one",
    botUserId: "bot-1",
    userId: "u1",
    integration: { type: "dify_chat", options: bot === undefined ? {} : { limits: bot } },
    ...given,
  });
  const count = async (given: Partial<CountableTurn> = {}, wasCounted = false) => {
    const decided = await countTurn(turn(given), { wasCounted });
    // What nobody waits for.
    await clock.advance(0);
    return decided;
  };
  const counted = async (given: Partial<CountableTurn> = {}) => {
    const decided = await count(given);
    if (decided.status !== "counted") throw new Error("limited");
    return decided;
  };
  return { clock, store, metrics, log, count, counted };
};

const limited = (scope: string, limit: string, freeAt: number) => ({
  status: "limited",
  by: { scope, limit, freeAt },
});

describe("a turn", () => {
  test("costs no call where nothing is limited", async () => {
    const { store, counted } = setUp(undefined);
    await (await counted()).end(100);
    await (await counted()).undo();
    expect(store.calls()).toBe(0);
  });

  test.each<[string, Limits | undefined, Limits | undefined, number]>([
    ["of a bot", { turnsPerDay: 9 }, undefined, 1],
    ["of a bot with a limit of tokens", { tokensPerDay: 9 }, undefined, 2],
    ["of an app, a bot and a user", { perUser: { turnsPerDay: 9 } }, { turnsPerMinute: 9 }, 2],
  ])("%s costs a call for each record, and one for its tokens", async (_, bot, app, calls) => {
    const { store, counted } = setUp(bot, app);
    await (await counted()).end(1);
    expect(store.calls()).toBe(calls);
  });

  test("is refused by the limit of its bot, of its app, and of its user in both, until its window ends", async () => {
    const bot = setUp({ turnsPerDay: 1 });
    await bot.counted();
    expect(await bot.count({ userId: "u2" })).toEqual(limited("bot", "turnsPerDay", midnight));
    await bot.counted({ botUserId: "bot-2" });
    const app = setUp(undefined, { turnsPerMinute: 1 });
    await app.counted();
    expect(await app.count({ botUserId: "bot-2", userId: "u2" })).toEqual(
      limited("app", "turnsPerMinute", noon + minuteMs),
    );
    const botUser = setUp({ perUser: { turnsPerDay: 1 } });
    await botUser.counted();
    expect(await botUser.count()).toEqual(limited("bot_user", "turnsPerDay", midnight));
    await botUser.counted({ userId: "u2" });
    const appUser = setUp(undefined, { perUser: { turnsPerDay: 1 } });
    await appUser.counted();
    expect(await appUser.count({ botUserId: "bot-2" })).toEqual(limited("app_user", "turnsPerDay", midnight));
    await appUser.counted({ userId: "u2" });
  });

  test("that one limit refuses is taken back from the others, and the longest wait is named", async () => {
    const { count, counted } = setUp({ turnsPerMinute: 3, perUser: { turnsPerDay: 1, turnsPerMinute: 1 } });
    await counted();
    for (let n = 0; n < 5; n += 1)
      expect(await count()).toEqual(limited("bot_user", "turnsPerDay", midnight));
    await counted({ userId: "u2" });
    await counted({ userId: "u3" });
    expect(await count({ userId: "u4" })).toMatchObject({ status: "limited", by: { scope: "bot" } });
  });

  test("that never began does not count", async () => {
    const { count, counted } = setUp({ turnsPerDay: 1 });
    await (await counted()).undo();
    await counted();
    expect(await count()).toMatchObject({ status: "limited" });
  });

  test("that was counted before is neither counted nor refused, and its tokens are counted", async () => {
    const { count } = setUp({ turnsPerDay: 1, tokensPerDay: 10 });
    await count();
    const again = await count({}, true);
    expect(again.status).toBe("counted");
    if (again.status === "counted") await again.end(10);
    expect(await count({ botUserId: "bot-2" })).toMatchObject({ status: "counted" });
    expect(await count()).toMatchObject({ status: "limited" });
  });

  test("may exceed the limit of tokens, and later ones are refused until the next day", async () => {
    const { clock, count, counted } = setUp({ tokensPerDay: 100 });
    await (await counted()).end(0);
    await (await counted()).end(1_000);
    expect(await count()).toEqual(limited("bot", "tokensPerDay", midnight));
    await clock.advance(midnight - noon);
    await counted();
  });

  test("is not refused if the table cannot be written: it is not counted", async () => {
    const { store, counted, log } = setUp({ turnsPerDay: 1, tokensPerDay: 1 });
    store.break();
    for (let n = 0; n < 3; n += 1) {
      const { end, undo } = await counted();
      await Promise.all([end(5), undo()]);
    }
    expect(new Set(log.lines.map(({ event }) => event))).toEqual(
      new Set(["turn_not_counted", "tokens_not_counted"]),
    );
  });

  test("that is refused leaves a line and a metric", async () => {
    const { counted, count, log, metrics } = setUp({ turnsPerDay: 100, perUser: { turnsPerDay: 1 } });
    await counted();
    await count();
    expect(log.lines).toMatchObject([
      { event: "limit_near", fields: { limit: "bot.perUser.turnsPerDay", used: 1, max: 1 } },
      {
        event: "turn_limited",
        fields: {
          app: "app-one",
          bot: "bot-1",
          user: pseudonymOf("app-one", "u1"),
          limit: "bot.perUser.turnsPerDay",
          freeAt: "2026-11-28T00:00:00.000Z",
        },
      },
    ]);
    expect(metrics.counts).toEqual([
      { name: "LimitNear", dimensions: { of: "user" } },
      { name: "TurnLimited", dimensions: { of: "user" } },
    ]);
  });
});

describe("80 % of a day's limit", () => {
  test("of turns is reported once, also if a turn is taken back there", async () => {
    const { counted, log, metrics } = setUp(undefined, { turnsPerDay: 5 });
    for (let n = 0; n < 3; n += 1) await counted();
    expect(log.lines).toEqual([]);
    await (await counted()).undo();
    await counted();
    await counted();
    expect(log.lines).toMatchObject([
      { event: "limit_near", fields: { app: "app-one", limit: "app.turnsPerDay", used: 4, max: 5 } },
    ]);
    expect(metrics.counts).toEqual([{ name: "LimitNear", dimensions: { of: "app" } }]);
  });

  test("of tokens is reported once a day, by the turn that reaches it", async () => {
    const { clock, counted, log } = setUp({ tokensPerDay: 100 });
    const use = async (tokens: number) => (await counted()).end(tokens);
    await use(79);
    await use(1);
    await use(10);
    expect(log.lines).toMatchObject([
      { event: "limit_near", fields: { bot: "bot-1", limit: "bot.tokensPerDay", used: 80, max: 100 } },
    ]);
    await clock.advance(midnight - noon);
    await use(500);
    expect(log.lines).toHaveLength(2);
  });
});
