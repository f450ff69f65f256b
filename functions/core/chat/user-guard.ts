/** A user of an app, whichever token they came in by. */
export interface GuardedUser {
  readonly appKey: string;
  readonly userId: string;
}

/** All times are milliseconds since the epoch. */
export interface TokenRevocations {
  /** Whether the user's token that was given at `issuedAt` is revoked. */
  isRevoked(asked: GuardedUser & { readonly issuedAt: number }): Promise<boolean>;
  /** Revokes the user's tokens that were given before that; what was revoked before stays so. */
  revoke(user: GuardedUser, before: number): Promise<void>;
}

/** How much of a user's is let in. */
export interface UserLimits {
  /** In any sixty seconds. */
  readonly turnsPerMinute: number;
  readonly turnsAtOnce: number;
}

export interface TurnRequest extends GuardedUser {
  readonly turn: string;
  /** When the token was given that the user came in by. */
  readonly issuedAt: number;
  /** When its place is free again if nobody has said that the turn is over: its process has ended by then, one way or other. */
  readonly until: number;
}

export type Admission =
  | { readonly status: "admitted" }
  | { readonly status: "revoked" }
  | { readonly status: "limited"; readonly retryAfterMs: number };

/** Who may come in, and how often. */
export interface UserGuard extends TokenRevocations {
  /** Lets a turn in, if the token still holds and the user's limits leave room. A turn that is in already is let in, and not counted again. */
  admit(asked: TurnRequest): Promise<Admission>;
  /** The turn is over, however it ended: its place is free. May be said again. */
  release(over: GuardedUser & { readonly turn: string }): Promise<void>;
  /** The turn never began, through no fault of its user's: its place is free, and it counts for nothing. */
  cancel(turn: GuardedUser & { readonly turn: string }): Promise<void>;
}
