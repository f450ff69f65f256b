import type { Clock } from "./clock.ts";

/** A holder's claim on a record: of a job, of a client's turn, or of a conversation. */
export interface Lease {
  /** Random: every write of the holder is conditional on it. */
  readonly token: string;
  /** Milliseconds since the epoch; from then on another holder may take the record. */
  readonly expiresAt: number;
}

/** How long a lease lasts, and how often it is renewed. If a holder dies, another takes over within `leaseMs`. */
export interface LeaseTiming {
  readonly leaseMs: number;
  readonly heartbeatMs: number;
}

/** How long a worker's lease lasts, in milliseconds. */
export const leaseMs = 25_000;
/** Two heartbeats may fail before the lease ends. */
const workerPace: LeaseTiming = { leaseMs, heartbeatMs: 8_000 };
/** This close to its lease's end a holder acts no more: models and the IM know no fencing tokens. */
const marginMs = 2_000;

/** A lease while it is renewed. */
export interface ActiveLease {
  /** Aborted when it is lost. */
  readonly signal: AbortSignal;
  /** To be asked before each act that cannot be undone; once false it stays so. */
  isHeld(): boolean;
}

export interface KeepLeasePorts {
  readonly clock: Clock;
  readonly pace?: LeaseTiming;
  /** When the lease that was taken expires, in milliseconds since the epoch: counted from before it was asked for. */
  readonly expiresAt: number;
  /** Extends it until then (milliseconds since the epoch); false: another holder has the record. */
  readonly renew: (expiresAt: number) => Promise<boolean>;
  readonly onError: (error: unknown) => void;
}

/** Renews a lease that was just taken for as long as `work` takes. */
export const keepLease = async <T>(
  { clock, pace = workerPace, expiresAt: takenUntil, renew, onError }: KeepLeasePorts,
  work: (lease: ActiveLease) => Promise<T>,
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
      onError(error);
      // Where the store does not answer, the last lease that it confirmed counts.
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

  const isHeld = (): boolean => {
    if (clock.now() >= heldUntil - marginMs) lost.abort();
    return !lost.signal.aborted;
  };

  const beating = beatOn();
  try {
    return await work({ signal: lost.signal, isHeld });
  } finally {
    ended.abort();
    await beating;
  }
};
