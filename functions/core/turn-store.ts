import type { TurnId } from "./turn.ts";

export interface Lease {
  /** Random: every write of the turn is conditional on it. */
  readonly token: string;
  /** Milliseconds since the epoch; from then on another worker may take the turn. */
  readonly expiresAt: number;
}

export type TurnClaim = "claimed" | "done" | "busy";

/**
 * Remembers each turn, so that a message delivered again is not answered again. A lease that has run out is still its
 * holder's to renew or complete for as long as nobody else has taken the turn: the token tells.
 */
export interface TurnStore {
  /** Takes the turn, unless it is done or somebody else holds it. */
  claim(id: TurnId, lease: Lease): Promise<TurnClaim>;
  /** Holds the turn for longer. False: it is another's by now, or done. */
  renew(id: TurnId, lease: Lease): Promise<boolean>;
  /** Marks the turn as done, to be remembered until `rememberUntil`. False: it is another's by now. */
  complete(id: TurnId, token: string, outcome: string, rememberUntil: number): Promise<boolean>;
  /** Gives the turn up for another try. */
  release(id: TurnId, token: string): Promise<void>;
}
