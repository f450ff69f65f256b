/**
 * Adaptive minimum interval between the calls for one stream message: the app's share of the IM's rate, and longer while the IM
 * refuses calls for their rate.
 */
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

/** `shareMs`: the interval at which the app's streams together stay below the IM's limit, as far as known now. */
export const makeSendPacer = (shareMs: () => number): SendPacer => {
  let factor = 1;
  let accepted = 0;
  return {
    get intervalMs() {
      const share = shareMs();
      // The share may have grown since calls were refused.
      return Math.max(share, Math.min(share * factor, maxIntervalMs));
    },
    slowDown: () => {
      accepted = 0;
      factor = Math.min(factor * 2, Math.max(1, maxIntervalMs / shareMs()));
    },
    onAccepted: () => {
      accepted += 1;
      if (accepted < acceptedUntilFaster) return;
      accepted = 0;
      factor = Math.max(1, factor / 2);
    },
  };
};
