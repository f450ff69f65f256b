/** The shortest interval between two calls for one stream message: longer while the IM asks for fewer calls. */
export interface SendPacer {
  /** In milliseconds. */
  readonly intervalMs: number;
  slowDown(): void;
  /** The IM has accepted a call. */
  onAccepted(): void;
}

const maxIntervalMs = 3_200;
/** The interval is halved after this many calls in a row. */
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
