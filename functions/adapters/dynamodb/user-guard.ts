import { count } from "#adapters/node/environment.ts";
import { busyRetryMs, decideAdmission, without } from "#core/chat/decide-admission.ts";
import type { UserGuard, UserLimits } from "#core/chat/user-guard.ts";
import { makeTokenRevocations } from "./token-revocations.ts";
import { unknownUser } from "./user-guard-record.ts";
import { makeUserGuardTable, type UserGuardTablePorts } from "./user-guard-table.ts";

/** What a function that lets turns in reads from its environment besides its own. */
export const userLimitsEnv = { TURNS_PER_MINUTE: count, TURNS_AT_ONCE: count };

export interface UserGuardPorts extends UserGuardTablePorts {
  readonly limits: UserLimits;
}

/** Each round that fails does so since another turn came in or went out meanwhile. */
const rounds = 8;

/**
 * One record a user: what is revoked, the turns that are in, and when the last ones began (docs/adr/0010). Mostly one
 * conditional write says yes. Where it does not, the record is read, and its whole state decides.
 */
export const makeUserGuard = ({ limits, ...table }: UserGuardPorts): UserGuard => {
  const users = makeUserGuardTable(table);
  return {
    ...makeTokenRevocations(table),
    admit: async (asked) => {
      const { appKey, userId } = asked;
      const user = { appKey, userId };
      for (let round = 0; round < rounds; round += 1) {
        const now = table.clock.now();
        if (await users.enter(asked, limits, now)) return { status: "admitted" };
        const kept = await users.find(user);
        const decision = decideAdmission(kept ?? unknownUser, asked, limits, now);
        if (decision.status !== "admitted") return decision;
        if (!decision.next || (await users.replace(user, kept, decision.next))) return { status: "admitted" };
      }
      return { status: "limited", retryAfterMs: busyRetryMs };
    },
    release: ({ turn, ...user }) => users.free(user, turn),
    cancel: async ({ turn, ...user }) => {
      for (let round = 0; round < rounds; round += 1) {
        const kept = await users.find(user);
        if (!kept?.open.has(turn)) return;
        if (await users.replace(user, kept, without(kept, turn))) return;
      }
      await users.free(user, turn);
    },
  };
};
