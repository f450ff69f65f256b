import type { Clock } from "./clock.ts";
import type { JobHold } from "./job-hold.ts";
import type { Log } from "./log.ts";
import type { TurnId } from "./turn.ts";
import type { TurnStore } from "./turn-store.ts";

/** How long a turn is held without a word: a worker that dies is followed by another within this. */
export const leaseMs = 25_000;
/** Two beats may go astray before the lease ends. */
const heartbeatMs = 8_000;

export interface KeepTurnPorts {
  readonly turns: TurnStore;
  readonly clock: Clock;
  readonly log: Log;
}

/** Keeps a claimed turn, and the hold on its job, for as long as `work` takes; its signal says when the turn is lost. */
export const makeKeepTurn =
  ({ turns, clock, log }: KeepTurnPorts) =>
  async <T>(
    id: TurnId,
    token: string,
    hold: JobHold,
    work: (signal: AbortSignal) => Promise<T>,
  ): Promise<T> => {
    const ended = new AbortController();
    const lost = new AbortController();
    const warn = (error: unknown): void =>
      log.warn("turn_not_renewed", { bot: id.botUserId, msgUID: id.msgUID, reason: String(error) });

    const beat = async (): Promise<void> => {
      const lease = { token, expiresAt: clock.now() + leaseMs };
      const [renewed, held] = await Promise.allSettled([turns.renew(id, lease), hold.holdFor(leaseMs)]);
      if (renewed.status === "fulfilled" && !renewed.value) {
        log.error("turn_lost", { bot: id.botUserId, msgUID: id.msgUID });
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
