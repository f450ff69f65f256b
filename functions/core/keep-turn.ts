import type { Clock } from "./clock.ts";
import type { JobId } from "./job.ts";
import type { JobHold } from "./job-hold.ts";
import type { JobStore } from "./job-store.ts";
import type { Log } from "./log.ts";

/** How long a turn is held without a word: a worker that dies is followed by another within this. */
export const leaseMs = 25_000;
/** Two beats may go astray before the lease ends. */
const heartbeatMs = 8_000;

export interface KeepTurnPorts {
  readonly turns: JobStore;
  readonly clock: Clock;
  readonly log: Log;
}

/** Keeps a claimed turn, and the hold on its job, for as long as `work` takes; its signal says when the turn is lost. */
export const makeKeepTurn =
  ({ turns, clock, log }: KeepTurnPorts) =>
  async <T>(
    id: JobId,
    token: string,
    hold: JobHold,
    work: (signal: AbortSignal) => Promise<T>,
  ): Promise<T> => {
    const ended = new AbortController();
    const lost = new AbortController();
    const warn = (error: unknown): void =>
      log.warn("job_not_renewed", { bot: id.botUserId, msgUID: id.msgUID, reason: String(error) });

    let heldUntil = clock.now() + leaseMs;

    const beat = async (): Promise<void> => {
      const lease = { token, expiresAt: clock.now() + leaseMs };
      const [renewed, held] = await Promise.allSettled([turns.renew(id, lease), hold.holdFor(leaseMs)]);
      const isOurs = renewed.status === "fulfilled" && renewed.value;
      if (isOurs) heldUntil = lease.expiresAt;
      // Where the store does not answer, the turn is ours for as long as the last lease says.
      else if (renewed.status === "fulfilled" || clock.now() >= heldUntil) {
        log.error("job_lost", { bot: id.botUserId, msgUID: id.msgUID });
        lost.abort();
      }
      for (const each of [renewed, held]) if (each.status === "rejected") warn(each.reason);
    };
    const beatOn = async (): Promise<void> => {
      // The queue hides a job for longer than a function may run; from now on the heartbeat decides.
      await hold.holdFor(leaseMs).catch(warn);
      for (;;) {
        await clock.sleep(heartbeatMs, ended.signal);
        if (ended.signal.aborted || lost.signal.aborted) return;
        await beat();
      }
    };

    const beating = beatOn();
    try {
      return await work(lost.signal);
    } finally {
      ended.abort();
      await beating;
    }
  };
