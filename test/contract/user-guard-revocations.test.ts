import { beforeAll, describe, expect, test } from "@jest/globals";
import type { UserLimits } from "#core/chat/user-guard.ts";
import { closeAfterAll } from "../support/close-after.ts";
import { startTable, type TestTable } from "../support/dynamodb.ts";
import { admitted, beginGuard, revoked, startMs } from "./user-guards.ts";

let table: TestTable;
beforeAll(async () => {
  table = closeAfterAll(await startTable("guards"));
});

const dayMs = 24 * 60 * 60 * 1000;
const begin = (limits?: UserLimits) => beginGuard(table, limits);

describe("a user's tokens", () => {
  test("are valid if nothing was ever revoked", async () => {
    const { isRevoked, admit } = begin();
    expect(await isRevoked(startMs)).toBe(false);
    await admit("t1");
    expect(await isRevoked(0)).toBe(false);
  });

  test("from before a revocation are rejected, and those from then on accepted, even within the same second", async () => {
    const { admit, revoke, isRevoked, clock } = begin();
    const before = clock.now();
    await admit("running", { issuedAt: before });
    await clock.advance(1);
    await revoke();
    expect(await admit("t2", { issuedAt: before })).toEqual(revoked);
    expect(await isRevoked(before)).toBe(true);
    await clock.advance(1);
    expect(await admit("t2", { issuedAt: clock.now() })).toEqual(admitted);
    expect(await isRevoked(clock.now())).toBe(false);
  });

  test("are revoked for a user who has never asked anything and who then gets a new one", async () => {
    const { admit, revoke, clock } = begin();
    await revoke();
    expect(await admit("t1", { issuedAt: clock.now() - 1 })).toEqual(revoked);
    expect(await admit("t1")).toEqual(admitted);
    expect(await admit("t2", { issuedAt: clock.now() - 1 })).toEqual(revoked);
  });

  test("stay revoked if an earlier time is named later or at the same time", async () => {
    const { revoke, isRevoked } = begin();
    await Promise.all([startMs - 1000, startMs, startMs - 500].map((before) => revoke(before)));
    await revoke(startMs - 2000);
    expect(await isRevoked(startMs - 1)).toBe(true);
    expect(await isRevoked(startMs)).toBe(false);
  });

  test("are those of one user of one app", async () => {
    const { revoke, guard, user } = begin();
    await revoke();
    expect(await guard.isRevoked({ ...user, appKey: "app-two", issuedAt: 0 })).toBe(false);
    expect(await guard.isRevoked({ ...user, userId: "somebody else", issuedAt: 0 })).toBe(false);
  });

  test("stay revoked while turns come and go, even twenty at once", async () => {
    const { admit, leave, revoke, isRevoked, clock } = begin();
    const turns = Array.from({ length: 20 }, (_, n) => `t${n}`);
    await Promise.all([...turns.map((turn) => admit(turn)), revoke(clock.now() + 1)]);
    await Promise.all(turns.map(leave));
    expect(await isRevoked(clock.now())).toBe(true);
    expect(await admit("last", { issuedAt: clock.now() })).toEqual(revoked);
  });
});

describe("a user's record", () => {
  const keptMs = 32 * dayMs;

  test.each([
    ["a turn", async ({ admit }: ReturnType<typeof begin>) => admit("t1")],
    ["a revocation", async ({ revoke }: ReturnType<typeof begin>) => revoke()],
  ])("outlives the longest token from %s on, and may be deleted a day later", async (_name, write) => {
    const given = begin();
    await write(given);
    expect(await given.itemOf()).toMatchObject({
      version: 1,
      expiresAt: startMs + keptMs,
      ttl: (startMs + keptMs + dayMs) / 1000,
    });
    await given.clock.advance(dayMs);
    await given.admit("t2");
    expect(await given.itemOf()).toMatchObject({ expiresAt: startMs + dayMs + keptMs });
  });

  test("that has expired rejects no one, even if it is still in the table", async () => {
    const { admit, revoke, clock } = begin({ turnsPerMinute: 1, turnsAtOnce: 1 });
    await admit("t1");
    await revoke();
    await clock.advance(keptMs);
    expect(await admit("t2")).toEqual(admitted);
  });
});
