import type { Admission, TurnRequest, UserLimits } from "./user-guard.ts";

/** A user's admission state. All times are in milliseconds since the epoch. */
export interface UserState {
  /** Tokens issued before this time are revoked. */
  readonly revokedBefore: number;
  /** The admitted turns, and when the slot of each expires. */
  readonly open: ReadonlyMap<string, number>;
  /** The start times of the last `turnsPerMinute` turns, latest last; padded with zeros. */
  readonly starts: readonly number[];
}

export type Decision =
  | Exclude<Admission, { status: "admitted" }>
  /** `next`: the user's new state; undefined: unchanged. */
  | { readonly status: "admitted"; readonly next: UserState | undefined };

export const minuteMs = 60_000;

/** Suggested delay while all slots are in use, in milliseconds. The end of a turn is unknown, but usually near. */
export const busyRetryMs = 2_000;

const activeSlots = (open: UserState["open"], now: number): Map<string, number> =>
  new Map([...open].filter(([, until]) => until > now));

/** Milliseconds until a slot is free and the rate limit allows another turn; zero if both are so now. */
const waitMs = (
  slots: ReadonlyMap<string, number>,
  starts: readonly number[],
  limits: UserLimits,
  now: number,
): number => {
  const slotWaitMs =
    slots.size < limits.turnsAtOnce ? 0 : Math.min(busyRetryMs, Math.min(...slots.values()) - now);
  const oldest = starts.at(-limits.turnsPerMinute) ?? 0;
  return Math.max(slotWaitMs, oldest + minuteMs - now, 0);
};

/** The state without an admitted turn. Its own start time is not known, so the latest one is dropped. */
export const without = ({ revokedBefore, open, starts }: UserState, turn: string): UserState => ({
  revokedBefore,
  open: new Map([...open].filter(([other]) => other !== turn)),
  starts: [0, ...starts.toSorted((one, other) => one - other).slice(0, -1)],
});

/** Decides from a user's complete state whether a turn is admitted, if one conditional write could not decide it. */
export const decideAdmission = (
  { revokedBefore, open, starts }: UserState,
  { turn, issuedAt, until }: TurnRequest,
  limits: UserLimits,
  now: number,
): Decision => {
  if (issuedAt < revokedBefore) return { status: "revoked" };
  const slots = activeSlots(open, now);
  const heldUntil = slots.get(turn);
  if (heldUntil !== undefined) {
    const next = until > heldUntil ? { revokedBefore, open: slots.set(turn, until), starts } : undefined;
    return { status: "admitted", next };
  }
  // Clocks differ between machines: the last entry is not always the latest.
  const sorted = starts.toSorted((one, other) => one - other);
  const retryAfterMs = waitMs(slots, sorted, limits, now);
  if (retryAfterMs > 0) return { status: "limited", retryAfterMs };
  const lastStarts = [...Array<number>(limits.turnsPerMinute).fill(0), ...sorted, now].slice(
    -limits.turnsPerMinute,
  );
  return { status: "admitted", next: { revokedBefore, open: slots.set(turn, until), starts: lastStarts } };
};
