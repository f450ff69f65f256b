/** Remembers which signed requests have been seen, so that one caught on the way is of no use a second time. */
export interface ReplayGuard {
  /** Whether this is the first time; remembered until `expiresAt`, in milliseconds since the epoch. */
  isFirst(request: string, expiresAt: number): Promise<boolean>;
}
