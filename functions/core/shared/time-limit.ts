import type { Clock } from "./clock.ts";

/** A limit on how long a call may take. */
export interface TimeLimit {
  /** Aborted when the time has expired, by the outer signal, or by `end`. */
  readonly signal: AbortSignal;
  /** Whether the time had expired before `end`. */
  readonly isExpired: boolean;
  /** Call it when the call has ended, however it did. */
  end(): void;
}

/** Begins a limit of `ms` milliseconds. `outer`: what else ends the call. */
export const startTimeLimit = (clock: Clock, ms: number, outer?: AbortSignal): TimeLimit => {
  const ended = new AbortController();
  let isExpired = false;
  clock.sleep(ms, ended.signal).then(() => {
    isExpired = !ended.signal.aborted;
    if (isExpired) ended.abort("expired");
  });
  return {
    signal: outer ? AbortSignal.any([outer, ended.signal]) : ended.signal,
    get isExpired() {
      return isExpired;
    },
    // Aborting without a reason would create an error with a stack, which costs more than the rest of a small call.
    end: () => ended.abort("ended"),
  };
};
