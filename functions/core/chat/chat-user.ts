/** A user who came in by a token of ours. */
export interface ChatUser {
  readonly appKey: string;
  readonly userId: string;
  /** The bots that the token is bound to; undefined: any bot of the app. */
  readonly bots: readonly string[] | undefined;
  /** When the token was given, in milliseconds since the epoch: what a revocation compares with. */
  readonly issuedAt: number;
}

/**
 * The longest life of a token, in hours. It bounds for how long a revocation has to be remembered, so a token that would
 * live longer is no token.
 */
export const maxTokenHours = 30 * 24;
