/** Something that a signature is used for. */
export interface SignatureUse {
  readonly signature: string;
  /** When it was made, as its digits are read here, in milliseconds since the epoch. */
  readonly signedAt: number;
  readonly use: string;
}

/** In milliseconds since the epoch. */
export interface UseTimes {
  /** How long other uses are refused. */
  readonly recordedUntil: number;
  /** Until when the use may be renewed; default: not at all. */
  readonly renewableUntil?: number;
}

/** Remembers signatures, so that one from an intercepted request cannot be used again. */
export interface ReplayGuard {
  /** Records the use. False if the signature is recorded for another use, or with another time of signing. */
  isFirst(use: SignatureUse, times: UseTimes): Promise<boolean>;
  /** Replaces the times of a use. False if it is not recorded, or may not be renewed any more. */
  renew(use: SignatureUse, times: UseTimes): Promise<boolean>;
}
