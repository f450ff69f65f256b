import { beforeAll, describe, expect, test } from "@jest/globals";
import { makeUserGuard } from "#adapters/dynamodb/user-guard.ts";
import { systemClock as clock } from "#adapters/node/system-clock.ts";
import type { UserGuard } from "#core/chat/user-guard.ts";
import { closeAfterAll, closeAfterEach } from "../support/close-after.ts";
import { startTable, type TestTable } from "../support/dynamodb.ts";
import { losingReply } from "../support/losing-replies.ts";

let table: TestTable;
beforeAll(async () => {
  table = closeAfterAll(await startTable("guards"));
});

let users = 0;
const begin = () => {
  users += 1;
  const user = { appKey: "app-one", userId: `u${users}` };
  const guardBy = ({ client, tableName }: Pick<TestTable, "client" | "tableName">) =>
    makeUserGuard({
      client,
      tableName,
      clock,
      counts: "turns",
      limits: { turnsPerMinute: 2, turnsAtOnce: 2 },
    });
  const asked = (turn: string) => ({
    ...user,
    turn,
    issuedAt: clock.now(),
    until: clock.now() + 60_000,
  });
  /** Through a client that loses its `nth` reply. */
  const withLostReply = async <T>(nth: number, ask: (guard: UserGuard) => Promise<T>): Promise<T> => {
    const lossy = closeAfterEach(await losingReply(table, nth));
    const answer = await ask(guardBy(lossy));
    expect(lossy.calls()).toBeGreaterThan(nth);
    return answer;
  };
  return { user, asked, guard: guardBy(table), withLostReply };
};

const admitted = { status: "admitted" };

describe("a write whose reply was lost, and which the SDK retries,", () => {
  test.each([1, 2, 3])(
    "admits a user's first turn and counts it once, whichever of its replies is lost: %d",
    async (nth) => {
      const { asked, guard, withLostReply } = begin();
      expect(await withLostReply(nth, (lossy) => lossy.admit(asked("t1")))).toEqual(admitted);
      expect(await guard.admit(asked("t2"))).toEqual(admitted);
      expect(await guard.admit(asked("t3"))).toMatchObject({ status: "limited" });
    },
  );

  test("admits a later turn and counts it once", async () => {
    const { user, asked, guard, withLostReply } = begin();
    await guard.admit(asked("t1"));
    expect(await withLostReply(1, (lossy) => lossy.admit(asked("t2")))).toEqual(admitted);
    await guard.release({ ...user, turn: "t1" });
    expect(await guard.admit(asked("t2"))).toEqual(admitted);
  });

  test("frees a slot once", async () => {
    const { user, asked, guard, withLostReply } = begin();
    await guard.admit(asked("t1"));
    await withLostReply(1, (lossy) => lossy.release({ ...user, turn: "t1" }));
    expect(
      (await table.items()).find(({ guard: key }) => String(key).includes(`"${user.userId}"`)),
    ).toMatchObject({ open: {} });
  });

  test("revokes", async () => {
    const { user, guard, withLostReply } = begin();
    const before = clock.now();
    await withLostReply(1, (lossy) => lossy.revoke(user, before));
    expect(await guard.isRevoked({ ...user, issuedAt: before - 1 })).toBe(true);
    expect(await guard.isRevoked({ ...user, issuedAt: before })).toBe(false);
  });
});
