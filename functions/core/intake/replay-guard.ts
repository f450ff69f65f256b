/** Remembers signed requests, so that an intercepted request cannot be replayed. */
export interface ReplayGuard {
  /** Records the request until `expiresAt` (milliseconds since the epoch); false if it was recorded before. */
  isFirst(request: string, expiresAt: number): Promise<boolean>;
}
