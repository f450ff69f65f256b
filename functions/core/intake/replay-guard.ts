/** Remembers signatures, so that one from an intercepted request cannot be used again. */
export interface ReplayGuard {
  /**
   * Records the signature until `expiresAt` (milliseconds since the epoch). False if it was recorded before, unless for the same
   * `use`; without one, each call is a use of its own.
   */
  isFirst(signature: string, expiresAt: number, use?: string): Promise<boolean>;
  /** Extends the record of a signature until `expiresAt`. False if there is none, or none for this `use`. */
  renew(signature: string, expiresAt: number, use: string): Promise<boolean>;
}
