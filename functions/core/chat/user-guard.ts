/** A user of an app, with any of their tokens. */
export interface GuardedUser {
  readonly appKey: string;
  readonly userId: string;
}

/** Revocations of tokens. All times are in milliseconds since the epoch. */
export interface TokenRevocations {
  /** Whether the user's token issued at `issuedAt` is revoked. */
  isRevoked(token: GuardedUser & { readonly issuedAt: number }): Promise<boolean>;
  /** Revokes the user's tokens issued before `before`. Earlier revocations stay in effect. */
  revoke(user: GuardedUser, before: number): Promise<void>;
}

/** Limits per user. */
export interface UserLimits {
  /** Maximum number of turns in any 60 seconds. */
  readonly turnsPerMinute: number;
  /** Maximum number of concurrent turns. */
  readonly turnsAtOnce: number;
}

export interface TurnRequest extends GuardedUser {
  readonly turn: string;
  /** When the user's token was issued. */
  readonly issuedAt: number;
  /** When the turn's slot expires if it was not released: its process has ended by then in any case. */
  readonly until: number;
}

export type Admission =
  | { readonly status: "admitted" }
  | { readonly status: "revoked" }
  | { readonly status: "limited"; readonly retryAfterMs: number };

/** Admits users' turns: enforces revocations and limits. */
export interface UserGuard extends TokenRevocations {
  /**
   * Admits a turn if the token is not revoked and the user's limits allow it. A turn that was already admitted is
   * admitted again without being counted.
   */
  admit(request: TurnRequest): Promise<Admission>;
  /** Releases the slot of a turn that has ended. Idempotent. */
  release(turn: GuardedUser & { readonly turn: string }): Promise<void>;
  /** Releases the slot of a turn that never began, and removes it from the rate count. */
  cancel(turn: GuardedUser & { readonly turn: string }): Promise<void>;
}
