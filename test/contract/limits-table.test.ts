import { beforeAll, describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { makeLimitsTable } from "#adapters/dynamodb/limits-table.ts";
import type { Rates } from "#core/bot/limits.ts";
import type { CountedScope, LimitStore } from "#core/turn/limit-store.ts";
import { closeAfterAll, closeAfterEach } from "../support/close-after.ts";
import { startTable, type TestTable } from "../support/dynamodb.ts";
import { type Command, interceptedClient } from "../support/intercepted-client.ts";
import { losingReply } from "../support/losing-replies.ts";
import { makeTestClock } from "../support/test-clock.ts";

let table: TestTable;
beforeAll(async () => {
  table = closeAfterAll(await startTable("guards"));
});

const minuteMs = 60_000;
const dayMs = 24 * 60 * minuteMs;
/** Ten minutes after noon. */
const noon = Date.UTC(2026, 10, 27, 12, 10);

let bots = 0;

/** The limits of a bot that no other test uses. `calls`: the calls to the table since it was last called. */
const begin = (rates: Rates, from: Pick<TestTable, "client" | "tableName"> = table, startMs = noon) => {
  bots += 1;
  const clock = makeTestClock(startMs);
  const sent: string[] = [];
  const client = interceptedClient(from.client, (command: Command, send) => {
    sent.push(command.constructor.name);
    return send();
  });
  const store = makeLimitsTable({ client, tableName: from.tableName, clock });
  const scope: CountedScope = { scope: "bot", ids: ["app-one", `bot-${bots}`, "dify_chat"], rates };
  const count = (at = clock.now()) => store.count(scope, at);
  const items = async () =>
    (await table.items()).filter(({ guard }) => String(guard).includes(`"bot-${bots}"`));
  return { store, scope, clock, count, items, calls: () => sent.splice(0) };
};

type Counted = Awaited<ReturnType<LimitStore["count"]>>;
const isCounted = ({ status }: Counted): boolean => status === "counted";
const reached = (limit: string) => ({ status: "reached", limit });

describe("a limit", () => {
  test("is checked, and the turn counted, with one write, also the first of a day", async () => {
    const { count, calls } = begin({ turnsPerMinute: 5, turnsPerDay: 10, tokensPerDay: 100 });
    expect(await count()).toMatchObject({ status: "counted", counts: { turnsPerMinute: 1, turnsPerDay: 1 } });
    expect(await count()).toMatchObject({ status: "counted", counts: { turnsPerMinute: 2, turnsPerDay: 2 } });
    expect(calls()).toEqual(["UpdateCommand", "UpdateCommand"]);
  });

  test.each<Rates>([
    { turnsPerMinute: 10 },
    { turnsPerDay: 10 },
    { turnsPerMinute: 10, turnsPerDay: 10, tokensPerDay: 1 },
  ])("of 10 admits exactly 10 of 64 turns at once (%j)", async (rates) => {
    const { count } = begin(rates);
    const results = await Promise.all(Array.from({ length: 64 }, () => count()));
    expect(results.filter(isCounted)).toHaveLength(10);
  });

  test("of a minute is free again in the next one", async () => {
    const { count, clock } = begin({ turnsPerMinute: 2 });
    await count();
    await count();
    await clock.advance(minuteMs - 1);
    expect(await count()).toEqual(reached("turnsPerMinute"));
    await clock.advance(1);
    expect(await count()).toMatchObject({ status: "counted", counts: { turnsPerMinute: 1, turnsPerDay: 3 } });
  });

  test("of a day is free again at midnight (UTC), and so is that of its last minute", async () => {
    const { count, clock } = begin({ turnsPerMinute: 1, turnsPerDay: 2 });
    await clock.advance(Date.UTC(2026, 10, 27, 23, 58) - noon);
    await count();
    await clock.advance(minuteMs);
    await count();
    expect(await count()).toEqual(reached("turnsPerDay"));
    await clock.advance(minuteMs);
    expect(await count()).toMatchObject({ status: "counted", counts: { turnsPerMinute: 1, turnsPerDay: 1 } });
  });

  test("of tokens admits turns until the day's sum is reached, which one turn may exceed", async () => {
    const { store, scope, count, clock } = begin({ tokensPerDay: 100 });
    expect(await store.addTokens(scope, clock.now(), 99)).toBe(99);
    expect(await count()).toMatchObject({ status: "counted" });
    expect(await store.addTokens(scope, clock.now(), 50)).toBe(149);
    expect(await count()).toEqual(reached("tokensPerDay"));
    await clock.advance(dayMs / 2);
    expect(await count()).toMatchObject({ status: "counted", counts: { tokensPerDay: 0 } });
  });

  test("that was lowered holds at once, and of several reached ones the longest is named", async () => {
    const { store, scope, count, clock } = begin({ turnsPerDay: 100 });
    for (let n = 0; n < 3; n += 1) await count();
    const lowered = { ...scope, rates: { turnsPerMinute: 1, turnsPerDay: 3 } };
    expect(await store.count(lowered, clock.now())).toEqual(reached("turnsPerDay"));
  });

  test("counts no turn that is refused, or taken back", async () => {
    const { store, scope, count, clock } = begin({ turnsPerMinute: 2, turnsPerDay: 2 });
    await count();
    await count();
    for (let n = 0; n < 3; n += 1) expect(isCounted(await count())).toBe(false);
    await store.undo(scope, clock.now());
    expect(await count()).toMatchObject({ status: "counted", counts: { turnsPerMinute: 2, turnsPerDay: 2 } });
  });

  test("takes a turn back whose minute is over, and never below zero", async () => {
    const { store, scope, count, clock } = begin({ turnsPerMinute: 2, turnsPerDay: 2 });
    const at = clock.now();
    await count();
    await clock.advance(10 * minuteMs);
    await count();
    await store.undo(scope, at);
    expect(await count()).toMatchObject({ status: "counted", counts: { turnsPerMinute: 2, turnsPerDay: 2 } });
    for (let n = 0; n < 4; n += 1) await store.undo(scope, clock.now());
    expect(await count()).toMatchObject({ counts: { turnsPerMinute: 1, turnsPerDay: 1 } });
  });

  test("keeps its record below 1 KB, however its turns are spread over the day", async () => {
    const { count, clock, items } = begin(
      { turnsPerMinute: 100_000, turnsPerDay: 100_000_000 },
      table,
      Date.UTC(2026, 10, 27),
    );
    for (let n = 0; n < 24 * 60; n += 31) {
      await count();
      await clock.advance(31 * minuteMs);
    }
    const [first] = await items();
    expect(JSON.stringify(first).length).toBeLessThan(1024);
  });

  test("counts once if the reply of a write is lost, and the SDK repeats it", async () => {
    const counting = begin({ turnsPerDay: 100 }, closeAfterEach(await losingReply(table)));
    expect(await counting.count()).toMatchObject({ counts: { turnsPerDay: 1 } });
    const adding = begin({ tokensPerDay: 100 }, closeAfterEach(await losingReply(table)));
    expect(await adding.store.addTokens(adding.scope, noon, 7)).toBe(7);
    const taking = begin({ turnsPerDay: 100 }, closeAfterEach(await losingReply(table, 3)));
    await taking.count();
    await taking.count();
    await taking.store.undo(taking.scope, noon);
    expect(await taking.count()).toMatchObject({ counts: { turnsPerDay: 2 } });
  });

  test("warns once a day and limit, also if several turns reach 80 % at once", async () => {
    const { store, scope, clock, count } = begin({ turnsPerDay: 5 });
    await count();
    const claims = () =>
      Promise.all(Array.from({ length: 8 }, () => store.claimWarning(scope, clock.now(), "turnsPerDay")));
    expect((await claims()).filter(Boolean)).toHaveLength(1);
    expect(await store.claimWarning(scope, clock.now(), "tokensPerDay")).toBe(true);
    await clock.advance(dayMs);
    expect((await claims()).filter(Boolean)).toHaveLength(1);
  });
});

test("a user is told once per bot, limit and window, also if several messages arrive at once", async () => {
  const { store, clock } = begin({ turnsPerDay: 1 });
  const turn = {
    appKey: "app-notices",
    botUserId: "bot-1",
    userId: "u1",
    integration: { type: "dify_chat", options: {} },
  } as const;
  const by = { scope: "bot", limit: "turnsPerDay", freeAt: clock.now() + dayMs } as const;
  const claims = await Promise.all(Array.from({ length: 8 }, () => store.claimNotice(turn, by)));
  expect(claims.filter(Boolean)).toHaveLength(1);
  expect(await store.claimNotice({ ...turn, userId: "u2" }, by)).toBe(true);
  expect(await store.claimNotice({ ...turn, botUserId: "bot-2" }, by)).toBe(true);
  expect(await store.claimNotice(turn, { ...by, freeAt: by.freeAt + dayMs })).toBe(true);
  expect(await store.claimNotice(turn, by)).toBe(false);
});

test("counts are those of a model that counts in memory, whatever happens in which order", async () => {
  const step = fc.oneof(
    { weight: 5, arbitrary: fc.constant({ do: "count" } as const) },
    fc.record({ do: fc.constant("wait" as const), ms: fc.integer({ min: 0, max: 40 * minuteMs }) }),
    fc.constant({ do: "undo" } as const),
    fc.record({ do: fc.constant("tokens" as const), tokens: fc.integer({ min: 1, max: 40 }) }),
  );
  const rate = fc.option(fc.integer({ min: 1, max: 4 }), { nil: undefined });
  await fc.assert(
    fc.asyncProperty(
      fc.record({ turnsPerMinute: rate, turnsPerDay: fc.integer({ min: 1, max: 8 }), tokensPerDay: rate }),
      fc.array(step, { maxLength: 25 }),
      async ({ turnsPerMinute, turnsPerDay, tokensPerDay }, steps) => {
        const rates = {
          turnsPerDay,
          ...(turnsPerMinute !== undefined && { turnsPerMinute }),
          ...(tokensPerDay !== undefined && { tokensPerDay: tokensPerDay * 10 }),
        };
        const { store, scope, clock } = begin(rates);
        let counted: number[] = [];
        let tokens: { at: number; n: number }[] = [];
        const inWindow = (at: number, ms: number) => Math.floor(at / ms) === Math.floor(clock.now() / ms);
        for (const each of steps) {
          const now = clock.now();
          if (each.do === "wait") await clock.advance(each.ms);
          else if (each.do === "tokens") {
            await store.addTokens(scope, now, each.tokens);
            tokens = [...tokens, { at: now, n: each.tokens }];
          } else if (each.do === "undo") {
            const last = counted.at(-1);
            if (last === undefined) continue;
            await store.undo(scope, last);
            counted = counted.slice(0, -1);
          } else {
            const today = counted.filter((at) => inWindow(at, dayMs)).length;
            const thisMinute = counted.filter((at) => inWindow(at, minuteMs)).length;
            const used = tokens.filter(({ at }) => inWindow(at, dayMs)).reduce((sum, { n }) => sum + n, 0);
            const isFree =
              today < turnsPerDay &&
              thisMinute < (turnsPerMinute ?? Number.POSITIVE_INFINITY) &&
              used < (rates.tokensPerDay ?? Number.POSITIVE_INFINITY);
            expect(isCounted(await store.count(scope, now))).toBe(isFree);
            if (isFree) counted = [...counted, now];
          }
        }
      },
    ),
    { numRuns: 40 },
  );
});
