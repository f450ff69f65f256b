import { makeUserGuard } from "#adapters/dynamodb/user-guard.ts";
import type { TurnRequest, UserLimits } from "#core/chat/user-guard.ts";
import type { TestTable } from "../support/dynamodb.ts";
import { type Command, interceptedClient } from "../support/intercepted-client.ts";
import { makeTestClock } from "../support/test-clock.ts";

export const startMs = Date.UTC(2026, 0, 1);
export const leaseMs = 300_000;

let users = 0;
/**
 * A guard, its clock, and a user that no other test uses. `calls`: the calls to the table since it was last
 * called.
 */
export const beginGuard = (table: TestTable, limits: UserLimits = { turnsPerMinute: 30, turnsAtOnce: 3 }) => {
  users += 1;
  const clock = makeTestClock(startMs);
  const sent: string[] = [];
  const client = interceptedClient(table.client, (command: Command, send) => {
    sent.push(command.constructor.name);
    return send();
  });
  const user = { appKey: "app-one", userId: `u${users}` };
  const guardWith = (other: UserLimits) =>
    makeUserGuard({ ...table, client, clock, counts: "turns", limits: other });
  const guard = guardWith(limits);
  const admit = (turn: string, given: Partial<TurnRequest> = {}, by = guard) =>
    by.admit({ ...user, turn, issuedAt: clock.now(), until: clock.now() + leaseMs, ...given });
  const leave = (turn: string) => guard.release({ ...user, turn });
  const isRevoked = (issuedAt: number) => guard.isRevoked({ ...user, issuedAt });
  const revoke = (before = clock.now()) => guard.revoke(user, before);
  const itemOf = async () =>
    (await table.items()).find(
      ({ guard: key }) => key === `user#${JSON.stringify(["app-one", user.userId])}`,
    );
  const calls = () => sent.splice(0);
  return { clock, user, guard, guardWith, admit, leave, isRevoked, revoke, itemOf, calls };
};

export const admitted = { status: "admitted" };
export const revoked = { status: "revoked" };
export const limited = (retryAfterMs: number) => ({ status: "limited", retryAfterMs });
