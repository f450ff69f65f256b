import { beforeAll, expect, test } from "@jest/globals";
import { makeUserGuard } from "#adapters/dynamodb/user-guard.ts";
import { closeAfterAll } from "../support/close-after.ts";
import { startTable, type TestTable } from "../support/dynamodb.ts";
import { pausingBefore } from "../support/intercepted-client.ts";
import { admitted, beginGuard, leaseMs, revoked } from "./user-guards.ts";

let table: TestTable;
beforeAll(async () => {
  table = closeAfterAll(await startTable("guards"));
});

/** One of two slots is a crashed turn's: the next turn has read that and is about to rewrite the record. */
const heldBeforeReplacing = async () => {
  const limits = { turnsPerMinute: 30, turnsAtOnce: 2 };
  const given = beginGuard(table, limits);
  const { admit, clock } = given;
  await admit("crashed", { until: clock.now() + 1 });
  await admit("running", { until: clock.now() + 2 * leaseMs });
  await clock.advance(1);
  const { client, paused, release } = pausingBefore(table.client, ({ input }) =>
    JSON.stringify(input).includes("#starts = :starts"),
  );
  const held = makeUserGuard({ ...table, client, clock, counts: "turns", limits });
  const answer = admit("next", {}, held);
  await paused;
  return { ...given, answer, release };
};

test("a revocation during a rewrite of the user's record is not lost", async () => {
  const { revoke, isRevoked, clock, answer, release } = await heldBeforeReplacing();
  await revoke(clock.now() + 1);
  release();
  expect(await answer).toEqual(revoked);
  expect(await isRevoked(clock.now())).toBe(true);
});

test("a turn that leaves during a rewrite of the record does not return", async () => {
  const { leave, itemOf, clock, answer, release } = await heldBeforeReplacing();
  await leave("running");
  release();
  expect(await answer).toEqual(admitted);
  expect(Object(await itemOf()).open).not.toHaveProperty("turn#running");
  expect(Object(await itemOf()).open).toHaveProperty("turn#next", clock.now() + leaseMs);
});

test("a turn that is admitted during a rewrite of the record keeps its slot", async () => {
  const { admit, itemOf, answer, release } = await heldBeforeReplacing();
  expect(await admit("quick")).toEqual(admitted);
  release();
  expect(await answer).toMatchObject({ status: "limited" });
  expect(Object.keys(Object(await itemOf()).open).sort()).toEqual(["turn#quick", "turn#running"]);
});
