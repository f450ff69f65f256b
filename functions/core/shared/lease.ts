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
  /** Such a write, begun `leaseMs` before `expiresAt` (milliseconds since the epoch), has extended the lease until then. */
  extendedTo(expiresAt: number): void;
  /** Such a write has found another holder. */
  lose(): void;
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
  /** When the last renewal ended; undefined while one is in flight. */
  let renewedAt: number | undefined = clock.now();

  const renewOnce = async (): Promise<void> => {
    const expiresAt = clock.now() + timing.leaseMs;
    renewedAt = undefined;
    try {
      if (await renew(expiresAt)) heldUntil = expiresAt;
      else lost.abort();
    } catch (error) {
      onError(error);
      // If the store does not answer, the last renewal that it confirmed counts.
      if (clock.now() >= heldUntil) lost.abort();
    }
    renewedAt = clock.now();
    nextAt = renewedAt + timing.heartbeatMs;
  };
  const renewPeriodically = async (): Promise<void> => {
    let leftMs = timing.heartbeatMs;
    for (;;) {
      await clock.sleep(leftMs, ended.signal);
      if (ended.signal.aborted || lost.signal.aborted) return;
      leftMs = nextAt - clock.now();
      // More than a heartbeat is left if the clock was set back: then the lease is renewed at once.
      if (leftMs > 0 && leftMs <= timing.heartbeatMs) continue;
      await renewOnce();
      leftMs = timing.heartbeatMs;
    }
  };

  const isHeld = (): boolean => {
    if (clock.now() >= heldUntil - marginMs) lost.abort();
    return !lost.signal.aborted;
  };

  const extendedTo = (expiresAt: number): void => {
    // Of two writes that overlap, nobody knows which the store has kept.
    if (renewedAt === undefined || expiresAt - timing.leaseMs < renewedAt) return;
    heldUntil = expiresAt;
    nextAt = clock.now() + timing.heartbeatMs;
  };
  const lose = (): void => lost.abort();

  const renewing = renewPeriodically();
  try {
    return await work({ signal: lost.signal, isHeld, extendedTo, lose });
  } finally {
    ended.abort("ended");
    await renewing;
  }
};
