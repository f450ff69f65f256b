import type { Clock } from "#core/shared/clock.ts";
import { type Held, keepLease, leaseMs } from "#core/shared/lease.ts";
import type { Log } from "#core/shared/log.ts";
import type { JobId } from "./job.ts";
import type { JobHold } from "./job-hold.ts";
import type { JobStore, Lease } from "./job-store.ts";

export interface KeepTurnPorts {
  readonly turns: JobStore;
  readonly clock: Clock;
  readonly log: Log;
}

/** Keeps a claimed turn, and the hold on its job, for as long as `work` takes. */
export const makeKeepTurn =
  ({ turns, clock, log }: KeepTurnPorts) =>
  async <T>(
    id: JobId,
    { token, expiresAt: heldUntil }: Lease,
    hold: JobHold,
    work: (held: Held) => Promise<T>,
  ): Promise<T> => {
    const ids = { bot: id.botUserId, msgUID: id.msgUID };
    const warn = (error: unknown): void => log.warn("job_not_renewed", { ...ids, reason: String(error) });

    const renew = async (expiresAt: number): Promise<boolean> => {
      const [renewed] = await Promise.all([
        turns.renew(id, { token, expiresAt }),
        hold.holdFor(leaseMs).catch(warn),
      ]);
      if (!renewed) log.error("job_lost", ids);
      return renewed;
    };

    // The queue hides a job for longer than a function may run; from now on the heartbeat decides.
    const shortened = hold.holdFor(leaseMs).catch(warn);
    try {
      return await keepLease({ clock, heldUntil, renew, onTrouble: warn }, work);
    } finally {
      await shortened;
    }
  };
