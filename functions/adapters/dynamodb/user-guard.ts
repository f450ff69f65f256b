import { positiveInteger } from "#adapters/node/environment.ts";
import { busyRetryMs, decideAdmission, without } from "#core/chat/decide-admission.ts";
import type { UserGuard, UserLimits } from "#core/chat/user-guard.ts";
import { makeTokenRevocations } from "./token-revocations.ts";
import { unknownUser } from "./user-guard-record.ts";
import { makeUserGuardTable, type UserGuardTablePorts } from "./user-guard-table.ts";

/** Environment variables of every function that admits turns. */
export const userLimitsEnv = { TURNS_PER_MINUTE: positiveInteger, TURNS_AT_ONCE: positiveInteger };

export interface UserGuardPorts extends UserGuardTablePorts {
  readonly limits: UserLimits;
}

/** A round only fails if another turn was admitted or ended in the meantime. */
const maxRounds = 8;

/**
 * One record per user: revocations, running turns, and the start times of the last turns (docs/adr/0010). Usually one
 * conditional write admits a turn. If it fails, the record is read and its state decides.
 */
export const makeUserGuard = ({ limits, ...table }: UserGuardPorts): UserGuard => {
  const users = makeUserGuardTable(table);
  return {
    ...makeTokenRevocations(table),
    admit: async (asked) => {
      const { appKey, userId } = asked;
      const user = { appKey, userId };
      for (let round = 0; round < maxRounds; round += 1) {
        const now = table.clock.now();
        if (await users.tryAdmit(asked, limits, now)) return { status: "admitted" };
        const stored = await users.find(user);
        const decision = decideAdmission(stored ?? unknownUser, asked, limits, now);
        if (decision.status !== "admitted") return decision;
        if (!decision.next || (await users.replace(user, stored, decision.next)))
          return { status: "admitted" };
      }
      return { status: "limited", retryAfterMs: busyRetryMs };
    },
    release: ({ turn, ...user }) => users.release(user, turn),
    cancel: async ({ turn, ...user }) => {
      for (let round = 0; round < maxRounds; round += 1) {
        const stored = await users.find(user);
        if (!stored?.open.has(turn)) return;
        if (await users.replace(user, stored, without(stored, turn))) return;
      }
      await users.release(user, turn);
    },
  };
};
