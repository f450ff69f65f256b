import type { Clock } from "./clock.ts";

/** A holder's exclusive claim on a record: a job, a client's turn, or a conversation. */
export interface Lease {
  /** Random; every write by the holder is conditional on it. */
  readonly token: string;
  /** Milliseconds since the epoch; after that another holder may take the record. */
  readonly expiresAt: number;
}

/** Lease duration and heartbeat interval. If a holder dies, another takes over within `leaseMs`. */
export interface LeaseTiming {
  readonly leaseMs: number;
  readonly heartbeatMs: number;
}

/** Duration of a worker's lease, in milliseconds. */
export const leaseMs = 25_000;
/** Two heartbeats may fail before the lease expires. */
export const heartbeatMs = 8_000;
const workerTiming: LeaseTiming = { leaseMs, heartbeatMs };
/** A holder stops acting this long before its lease expires: models and the IM do not support fencing tokens. */
const marginMs = 2_000;

/** A lease that is being renewed. */
export interface ActiveLease {
  /** Aborted when the lease is lost. */
  readonly signal: AbortSignal;
  /** Check this before every action that cannot be undone. Once false, it stays false. */
  isHeld(): boolean;
}

/** A lease that its holder also extends by other writes than the renewals. */
export interface ExtendableLease extends ActiveLease {
  /** Such a write has extended the lease until `expiresAt` (milliseconds since the epoch). */
  extendedTo(expiresAt: number): void;
}

export interface KeepLeasePorts {
  readonly clock: Clock;
  readonly timing?: LeaseTiming;
  /** When the acquired lease expires, in milliseconds since the epoch, counted from before the request for it. */
  readonly expiresAt: number;
  /** Extends the lease until `expiresAt` (milliseconds since the epoch); false if another holder has the record. */
  readonly renew: (expiresAt: number) => Promise<boolean>;
  readonly onError: (error: unknown) => void;
}

/** Renews a lease that was just acquired for as long as `work` runs: a heartbeat after it was last renewed or extended. */
export const keepLease = async <T>(
  { clock, timing = workerTiming, expiresAt: initialExpiry, renew, onError }: KeepLeasePorts,
  work: (lease: ExtendableLease) => Promise<T>,
): Promise<T> => {
  const ended = new AbortController();
  const lost = new AbortController();
  let heldUntil = initialExpiry;
  let nextAt = clock.now() + timing.heartbeatMs;

  const renewOnce = async (): Promise<void> => {
    const expiresAt = clock.now() + timing.leaseMs;
    try {
      if (await renew(expiresAt)) heldUntil = expiresAt;
      else lost.abort();
    } catch (error) {
      onError(error);
      // If the store does not answer, the last renewal that it confirmed counts.
      if (clock.now() >= heldUntil) lost.abort();
    }
  };
  const renewPeriodically = async (): Promise<void> => {
    for (;;) {
      await clock.sleep(nextAt - clock.now(), ended.signal);
      if (ended.signal.aborted || lost.signal.aborted) return;
      if (clock.now() < nextAt) continue;
      await renewOnce();
      nextAt = clock.now() + timing.heartbeatMs;
    }
  };

  const isHeld = (): boolean => {
    if (clock.now() >= heldUntil - marginMs) lost.abort();
    return !lost.signal.aborted;
  };

  const extendedTo = (expiresAt: number): void => {
    heldUntil = Math.max(heldUntil, expiresAt);
    nextAt = clock.now() + timing.heartbeatMs;
  };

  const renewing = renewPeriodically();
  try {
    return await work({ signal: lost.signal, isHeld, extendedTo });
  } finally {
    ended.abort("ended");
    await renewing;
  }
};
