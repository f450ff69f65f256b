import * as v from "valibot";
import { parseRecord } from "#adapters/node/parse-record.ts";
import { maxTokenHours } from "#core/chat/chat-user.ts";
import type { UserState } from "#core/chat/decide-admission.ts";
import type { GuardedUser } from "#core/chat/user-guard.ts";
import { ttlOf } from "./expiry.ts";

/** What a user's record counts. The record of turns also has the revocations. */
export type Counted = "turns" | "readers" | "uploads";

const prefixes: Record<Counted, string> = {
  turns: "user",
  readers: "readers",
  uploads: "uploads",
};

/** As JSON, since keys and ids may contain any separator. */
export const keyOf = ({ appKey, userId }: GuardedUser, counts: Counted): { guard: string } => ({
  guard: `${prefixes[counts]}#${JSON.stringify([appKey, userId])}`,
});

/** The prefix keeps a turn whose id is a name such as `__proto__`, which would be lost as an object key. */
export const attributeOf = (turn: string): string => `turn#${turn}`;

const turnOf = (attribute: string): string => attribute.slice("turn#".length);

const hourMs = 60 * 60 * 1000;
/** A revocation time may be up to a day in the future, and clocks differ. */
const marginMs = 48 * hourMs;

/** Each write makes the record outlive every token, so that it is not deleted before the tokens that it revokes expire. */
export const lifeFrom = (now: number): { expiresAt: number; ttl: number } => {
  const expiresAt = now + maxTokenHours * hourMs + marginMs;
  return { expiresAt, ttl: ttlOf(expiresAt) };
};

const userRecord = v.object({
  writtenBy: v.string(),
  revokedBefore: v.number(),
  // Both are absent if the record was only written by a revocation.
  open: v.exactOptional(v.record(v.string(), v.number()), {}),
  starts: v.exactOptional(v.array(v.number()), []),
});

export interface StoredUser extends UserState {
  /** Identifies the last write, for optimistic locking. */
  readonly writtenBy: string;
}

export const parseUser = (item: Record<string, unknown>): StoredUser => {
  const { open, ...stored } = parseRecord(userRecord, item, "a user guard record");
  return {
    ...stored,
    open: new Map(Object.entries(open).map(([attribute, until]) => [turnOf(attribute), until])),
  };
};

/** A user without a record. */
export const unknownUser: UserState = { revokedBefore: 0, open: new Map(), starts: [] };
