/** Adaptive minimum interval between the calls for one stream message: longer while the IM limits the rate. */
export interface SendPacer {
  /** In milliseconds. */
  readonly intervalMs: number;
  /** Doubles the interval. */
  slowDown(): void;
  /** Records a call that the IM accepted. */
  onAccepted(): void;
}

const maxIntervalMs = 3_200;
/** The interval is halved after this many consecutive accepted calls. */
const acceptedUntilFaster = 5;

export const makeSendPacer = (minIntervalMs: number): SendPacer => {
  let intervalMs = minIntervalMs;
  let accepted = 0;
  return {
    get intervalMs() {
      return intervalMs;
    },
    slowDown: () => {
      accepted = 0;
      intervalMs = Math.min(intervalMs * 2, maxIntervalMs);
    },
    onAccepted: () => {
      accepted += 1;
      if (accepted < acceptedUntilFaster) return;
      accepted = 0;
      intervalMs = Math.max(minIntervalMs, intervalMs / 2);
    },
  };
};
