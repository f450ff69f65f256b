import { beforeAll, expect, test } from "@jest/globals";
import { makeUserGuard } from "#adapters/dynamodb/user-guard.ts";
import { holdingBefore } from "../support/altered-client.ts";
import { closeAfterAll } from "../support/close-after.ts";
import { startTable, type TestTable } from "../support/dynamodb.ts";
import { admitted, beginGuard, leaseMs, revoked } from "./user-guards.ts";

let table: TestTable;
beforeAll(async () => {
  table = closeAfterAll(await startTable("guards"));
});

/** Of two places one is a crashed turn's: the next turn has read so, and is about to write the record anew. */
const heldBeforeReplacing = async () => {
  const limits = { turnsPerMinute: 30, turnsAtOnce: 2 };
  const given = beginGuard(table, limits);
  const { admit, clock } = given;
  await admit("crashed", { until: clock.now() + 1 });
  await admit("running", { until: clock.now() + 2 * leaseMs });
  await clock.advance(1);
  const { client, isHeld, release } = holdingBefore(table.client, ({ input }) =>
    JSON.stringify(input).includes("#starts = :starts"),
  );
  const held = makeUserGuard({ ...table, client, clock, counts: "turns", limits });
  const answer = admit("next", {}, held);
  await isHeld;
  return { ...given, answer, release };
};

test("a revocation that comes while a user's record is written anew is not lost", async () => {
  const { revoke, isRevoked, clock, answer, release } = await heldBeforeReplacing();
  await revoke(clock.now() + 1);
  release();
  expect(await answer).toEqual(revoked);
  expect(await isRevoked(clock.now())).toBe(true);
});

test("a turn that leaves while the record is written anew does not come back", async () => {
  const { leave, itemOf, clock, answer, release } = await heldBeforeReplacing();
  await leave("running");
  release();
  expect(await answer).toEqual(admitted);
  expect(Object(await itemOf()).open).not.toHaveProperty("turn#running");
  expect(Object(await itemOf()).open).toHaveProperty("turn#next", clock.now() + leaseMs);
});

test("a turn that comes in while the record is written anew keeps its place", async () => {
  const { admit, itemOf, answer, release } = await heldBeforeReplacing();
  expect(await admit("quick")).toEqual(admitted);
  release();
  expect(await answer).toMatchObject({ status: "limited" });
  expect(Object.keys(Object(await itemOf()).open).sort()).toEqual(["turn#quick", "turn#running"]);
});
