import { beforeAll, describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { makeUserGuard } from "#adapters/dynamodb/user-guard.ts";
import { decideAdmission, type UserState } from "#core/chat/decide-admission.ts";
import type { UserLimits } from "#core/chat/user-guard.ts";
import { closeAfterAll } from "../support/close-after.ts";
import { startTable, type TestTable } from "../support/dynamodb.ts";
import { admitted, beginGuard, leaseMs, limited, revoked, startMs } from "./user-guards.ts";

let table: TestTable;
beforeAll(async () => {
  table = closeAfterAll(await startTable("guards"));
});

const begin = (limits?: UserLimits) => beginGuard(table, limits);

describe("a user's turns", () => {
  test("that never began free their slots and are not counted, however many at once", async () => {
    const { guard, user, admit, itemOf } = begin({ turnsPerMinute: 3, turnsAtOnce: 3 });
    for (let n = 0; n < 5; n += 1) {
      expect(await admit("busy")).toEqual(admitted);
      await guard.cancel({ ...user, turn: "busy" });
    }
    for (const turn of ["a", "b", "c"]) expect(await admit(turn)).toEqual(admitted);
    await Promise.all(["a", "b", "c", "never in"].map((turn) => guard.cancel({ ...user, turn })));
    expect(await itemOf()).toMatchObject({ open: {}, starts: [0, 0, 0] });
  });

  test.each([
    ["reads of answers", "readers"],
    ["uploads", "uploads"],
  ] as const)(
    "are counted separately from %s, which token revocations do not affect",
    async (_what, counts) => {
      const { user, clock, admit, revoke } = begin({ turnsPerMinute: 30, turnsAtOnce: 1 });
      const limits = { turnsPerMinute: 60, turnsAtOnce: 1 };
      const readers = makeUserGuard({ ...table, clock, counts, limits });
      const read = (turn: string) =>
        readers.admit({ ...user, turn, issuedAt: clock.now(), until: clock.now() + leaseMs });
      expect(await admit("t1")).toEqual(admitted);
      expect(await read("r1")).toEqual(admitted);
      expect(await read("r2")).toEqual(limited(2000));
      await readers.release({ ...user, turn: "r1" });
      await revoke(clock.now() + 1);
      expect(await read("r2")).toEqual(admitted);
      expect(await admit("t1")).toEqual(revoked);
    },
  );

  test("are admitted three at a time if twenty come at once, and the others are told to retry", async () => {
    const { admit, itemOf } = begin();
    const all = await Promise.all(Array.from({ length: 20 }, (_, n) => admit(`t${n}`)));
    expect(all.filter(({ status }) => status === "admitted")).toHaveLength(3);
    expect(all.filter(({ status }) => status === "limited")).toEqual(
      Array.from({ length: 17 }, () => limited(2000)),
    );
    const item = await itemOf();
    expect(Object.keys(Object(item?.open))).toHaveLength(3);
    expect(item?.starts).toEqual([...Array(27).fill(0), startMs, startMs, startMs]);
  });

  test("are admitted up to the limit if many come at once from a known user", async () => {
    const { admit, leave } = begin({ turnsPerMinute: 120, turnsAtOnce: 20 });
    await admit("first");
    await leave("first");
    const all = await Promise.all(Array.from({ length: 30 }, (_, n) => admit(`t${n}`)));
    expect(all.filter(({ status }) => status === "admitted")).toHaveLength(20);
  });

  test("are admitted as others leave; leaving may be repeated, and so may leaving without having been admitted", async () => {
    const { admit, leave } = begin({ turnsPerMinute: 30, turnsAtOnce: 1 });
    await leave("never in");
    expect(await admit("t1")).toEqual(admitted);
    await leave("never in");
    expect(await admit("t2")).toEqual(limited(2000));
    await leave("t1");
    await leave("t1");
    expect(await admit("t2")).toEqual(admitted);
    await leave("t1");
    expect(await admit("t3")).toEqual(limited(2000));
  });

  test("are admitted in place of one that crashed, once its lease has expired", async () => {
    const { admit, clock, itemOf } = begin({ turnsPerMinute: 30, turnsAtOnce: 1 });
    await admit("crashed");
    await clock.advance(leaseMs - 1);
    expect(await admit("next")).toEqual(limited(1));
    await clock.advance(1);
    expect(await admit("next")).toEqual(admitted);
    expect((await itemOf())?.open).toEqual({ "turn#next": clock.now() + leaseMs });
  });

  test("are counted once however often they are admitted, in sequence or concurrently", async () => {
    const { admit, leave } = begin({ turnsPerMinute: 2, turnsAtOnce: 2 });
    const all = await Promise.all(Array.from({ length: 5 }, () => admit("t1")));
    expect(all).toEqual(Array.from({ length: 5 }, () => admitted));
    expect(await admit("t1")).toEqual(admitted);
    expect(await admit("t2")).toEqual(admitted);
    await leave("t1");
    expect(await admit("t3")).toEqual(limited(60_000));
  });

  test("are limited to thirty in any minute, and the next is admitted when the first of them is a minute old", async () => {
    const { admit, leave, clock } = begin();
    for (let n = 0; n < 30; n += 1) {
      expect(await admit(`t${n}`)).toEqual(admitted);
      await leave(`t${n}`);
      await clock.advance(1000);
    }
    expect(await admit("t30")).toEqual(limited(30_000));
    await clock.advance(29_999);
    expect(await admit("t30")).toEqual(limited(1));
    await clock.advance(1);
    expect(await admit("t30")).toEqual(admitted);
    expect(await admit("t31")).toEqual(limited(1000));
    await clock.advance(60_000);
    expect(await admit("t32")).toEqual(admitted);
  });

  test("are separate from those of another user, and of a user with the same id in another app", async () => {
    const { admit, guard, user, clock } = begin({ turnsPerMinute: 1, turnsAtOnce: 1 });
    await admit("t1");
    const ask = { turn: "t2", issuedAt: clock.now(), until: clock.now() + leaseMs };
    expect(await guard.admit({ ...user, ...ask })).toEqual(limited(60_000));
    expect(await guard.admit({ ...user, ...ask, appKey: "app-two" })).toEqual(admitted);
    expect(await guard.admit({ ...user, ...ask, userId: `${user.userId}"` })).toEqual(admitted);
  });

  test("are admitted whatever their ids", async () => {
    const { admit, leave } = begin({ turnsPerMinute: 30, turnsAtOnce: 1 });
    for (const turn of ["__proto__", "constructor", "a.b", "#open", "x".repeat(64), "机", ""]) {
      expect(await admit(turn)).toEqual(admitted);
      expect(await admit("another")).toEqual(limited(2000));
      expect(await admit(turn)).toEqual(admitted);
      await leave(turn);
    }
  });

  test("follow limits that were changed", async () => {
    const { admit, leave, guardWith, clock } = begin({ turnsPerMinute: 4, turnsAtOnce: 9 });
    for (const turn of ["t1", "t2", "t3"]) await admit(turn);
    const tighterGuard = guardWith({ turnsPerMinute: 2, turnsAtOnce: 1 });
    expect(await admit("t4", {}, tighterGuard)).toEqual(limited(60_000));
    await clock.advance(60_000);
    expect(await admit("t4", {}, tighterGuard)).toEqual(limited(2000));
    for (const turn of ["t1", "t2", "t3"]) await leave(turn);
    expect(await admit("t4", {}, tighterGuard)).toEqual(admitted);
    expect(await admit("t5")).toEqual(admitted);
    expect(await admit("t6")).toEqual(admitted);
  });
});

describe("a turn is admitted", () => {
  test("with one write, and leaves with one", async () => {
    const { admit, leave, clock, calls } = begin();
    await admit("first ever");
    await leave("first ever");
    calls();
    for (const turn of ["t1", "t2", "t3"]) {
      await clock.advance(20_000);
      expect(await admit(turn)).toEqual(admitted);
      expect(calls()).toEqual(["UpdateCommand"]);
      await leave(turn);
      expect(calls()).toEqual(["UpdateCommand"]);
    }
  });

  test("with one write even in quick succession and alongside others", async () => {
    const { admit, calls } = begin();
    await admit("t1");
    calls();
    await admit("t2");
    await admit("t3");
    expect(calls()).toEqual(["UpdateCommand", "UpdateCommand"]);
  });

  test("or rejected with one failed write and one read", async () => {
    const { admit, calls } = begin({ turnsPerMinute: 1, turnsAtOnce: 1 });
    await admit("t1");
    calls();
    expect(await admit("t2")).toEqual(limited(60_000));
    expect(calls()).toEqual(["UpdateCommand", "GetCommand"]);
  });
});

test("the table agrees with the complete state after any sequence", async () => {
  const step = fc.record({
    afterMs: fc.constantFrom(0, 1, 10_000, 30_000, 60_000),
    what: fc.constantFrom("admit", "admit", "admit", "leave", "revoke"),
    turn: fc.constantFrom("a", "b", "c", "d"),
    ageMs: fc.constantFrom(0, 1, 20_000),
    leaseMs: fc.constantFrom(1, 15_000, 300_000),
  });
  const limits = { turnsPerMinute: 3, turnsAtOnce: 2 };
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 25 }), async (steps) => {
      const { admit, leave, revoke, clock, user } = begin(limits);
      let state: UserState = { revokedBefore: 0, open: new Map(), starts: [] };
      for (const { afterMs, what, turn, ageMs, leaseMs: ms } of steps) {
        await clock.advance(afterMs);
        const now = clock.now();
        if (what === "leave") {
          await leave(turn);
          state = { ...state, open: new Map([...state.open].filter(([each]) => each !== turn)) };
        } else if (what === "revoke") {
          await revoke(now - ageMs);
          state = { ...state, revokedBefore: Math.max(state.revokedBefore, now - ageMs) };
        } else {
          const ask = { issuedAt: now - ageMs, until: now + ms };
          const { status, ...decision } = decideAdmission(state, { ...user, turn, ...ask }, limits, now);
          const wait = "retryAfterMs" in decision ? decision : {};
          expect(await admit(turn, ask)).toEqual({ status, ...wait });
          if ("next" in decision && decision.next) state = decision.next;
        }
      }
    }),
    { numRuns: 60 },
  );
});
