/** A user who authenticated with a token that the bridge issued. */
export interface ChatUser {
  readonly appKey: string;
  readonly userId: string;
  /** The bots that the token is valid for; undefined: all bots of the app. */
  readonly bots: readonly string[] | undefined;
  /** When the token was issued, in milliseconds since the epoch; compared with revocations. */
  readonly issuedAt: number;
}

/**
 * Maximum lifetime of a token, in hours. Tokens with a longer lifetime are rejected, since revocations are stored only for
 * this long.
 */
export const maxTokenHours = 30 * 24;
