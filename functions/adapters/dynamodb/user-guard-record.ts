import * as v from "valibot";
import { parseRecord } from "#adapters/node/parse-record.ts";
import { maxTokenHours } from "#core/chat/chat-user.ts";
import type { UserState } from "#core/chat/decide-admission.ts";
import type { GuardedUser } from "#core/chat/user-guard.ts";
import { ttlOf } from "./expiry.ts";

/** What a record counts of a user; the one of the turns has the revocations too. */
export type Counted = "turns" | "readers";

const prefixes: Record<Counted, string> = { turns: "user", readers: "readers" };

/** As JSON, since keys and ids may hold any separator. */
export const keyOf = ({ appKey, userId }: GuardedUser, counts: Counted): { guard: string } => ({
  guard: `${prefixes[counts]}#${JSON.stringify([appKey, userId])}`,
});

/** Names that mean something to every object, and could be a turn's, would be lost on the way. */
export const placeOf = (turn: string): string => `turn#${turn}`;

const turnOf = (place: string): string => place.slice("turn#".length);

const hourMs = 60 * 60 * 1000;
/** A revocation may be made for a time that is a day ahead, and clocks differ. */
const marginMs = 48 * hourMs;

/** Each write keeps the record for longer than a token lives: by then no token is left that a revocation in it is meant for. */
export const lifeFrom = (now: number): { expiresAt: number; ttl: number } => {
  const expiresAt = now + maxTokenHours * hourMs + marginMs;
  return { expiresAt, ttl: ttlOf(expiresAt) };
};

const userRecord = v.object({
  writtenBy: v.string(),
  revokedBefore: v.number(),
  // Both absent where all that was done with the user is a revocation.
  open: v.exactOptional(v.record(v.string(), v.number()), {}),
  starts: v.exactOptional(v.array(v.number()), []),
});

export interface KeptUser extends UserState {
  /** Of the last write: another since has another. */
  readonly writtenBy: string;
}

export const parseUser = (item: Record<string, unknown>): KeptUser => {
  const { open, ...kept } = parseRecord(userRecord, item, "a user's guard");
  return { ...kept, open: new Map(Object.entries(open).map(([place, until]) => [turnOf(place), until])) };
};

/** Somebody of whom nothing is known. */
export const unknownUser: UserState = { revokedBefore: 0, open: new Map(), starts: [] };
