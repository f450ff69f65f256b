import type { Clock } from "./clock.ts";

/** How long something is held without a word, and how often one is said. Whoever dies is followed by another within the first. */
export interface LeasePace {
  readonly leaseMs: number;
  readonly heartbeatMs: number;
}

/** How long a job is held without a word. */
export const leaseMs = 25_000;
/** Two beats may go astray before the lease ends. */
const workersPace: LeasePace = { leaseMs, heartbeatMs: 8_000 };
/** Whoever is this close to the end of their lease acts no more: Dify and the IM know no fences. */
const marginMs = 2_000;

export interface Held {
  /** Aborted when it is lost. */
  readonly signal: AbortSignal;
  /** To be asked before each act that cannot be taken back; once false it stays so. */
  isOurs(): boolean;
}

export interface KeepLeasePorts {
  readonly clock: Clock;
  readonly pace?: LeasePace;
  /** Until when it was taken, in milliseconds since the epoch: counted from before it was asked for. */
  readonly heldUntil: number;
  /** Holds it until then (milliseconds since the epoch); false: it is another's by now. */
  readonly renew: (expiresAt: number) => Promise<boolean>;
  readonly onTrouble: (error: unknown) => void;
}

/** Keeps for as long as `work` takes what was taken just now. */
export const keepLease = async <T>(
  { clock, pace = workersPace, heldUntil: takenUntil, renew, onTrouble }: KeepLeasePorts,
  work: (held: Held) => Promise<T>,
): Promise<T> => {
  const ended = new AbortController();
  const lost = new AbortController();
  let heldUntil = takenUntil;

  const beat = async (): Promise<void> => {
    const expiresAt = clock.now() + pace.leaseMs;
    try {
      if (await renew(expiresAt)) heldUntil = expiresAt;
      else lost.abort();
    } catch (error) {
      onTrouble(error);
      // Where nobody answers, it is ours for as long as the last lease says.
      if (clock.now() >= heldUntil) lost.abort();
    }
  };
  const beatOn = async (): Promise<void> => {
    for (;;) {
      await clock.sleep(pace.heartbeatMs, ended.signal);
      if (ended.signal.aborted || lost.signal.aborted) return;
      await beat();
    }
  };

  const isOurs = (): boolean => {
    if (clock.now() >= heldUntil - marginMs) lost.abort();
    return !lost.signal.aborted;
  };

  const beating = beatOn();
  try {
    return await work({ signal: lost.signal, isOurs });
  } finally {
    ended.abort();
    await beating;
  }
};
