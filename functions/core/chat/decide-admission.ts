import type { Admission, TurnRequest, UserLimits } from "./user-guard.ts";

/** What is known of a user. All times are milliseconds since the epoch. */
export interface UserState {
  /** Tokens given before that are revoked. */
  readonly revokedBefore: number;
  /** When the place of each turn that is in is free again, whatever becomes of it. */
  readonly open: ReadonlyMap<string, number>;
  /** When turns began, the latest last; zeros where there were not so many. */
  readonly starts: readonly number[];
}

export type Decision =
  | Exclude<Admission, { status: "admitted" }>
  /** `next`: as the user's state is to be; undefined: as it is. */
  | { readonly status: "admitted"; readonly next: UserState | undefined };

export const minuteMs = 60_000;

/** Nobody knows when a turn will end: soon, mostly. */
export const busyRetryMs = 2_000;

const placesOf = (open: UserState["open"], now: number): Map<string, number> =>
  new Map([...open].filter(([, until]) => until > now));

/** Waits for a place, and for the minute to leave room; zero where there is both. */
const waitFor = (
  places: ReadonlyMap<string, number>,
  starts: readonly number[],
  limits: UserLimits,
  now: number,
): number => {
  const forPlace =
    places.size < limits.turnsAtOnce ? 0 : Math.min(busyRetryMs, Math.min(...places.values()) - now);
  const oldest = starts.at(-limits.turnsPerMinute) ?? 0;
  return Math.max(forPlace, oldest + minuteMs - now, 0);
};

/** The state without a turn that is in. Whichever start was its own, there is one less. */
export const without = ({ revokedBefore, open, starts }: UserState, turn: string): UserState => ({
  revokedBefore,
  open: new Map([...open].filter(([other]) => other !== turn)),
  starts: [0, ...starts.toSorted((one, other) => one - other).slice(0, -1)],
});

/** Whether a turn is let in by a user's whole state: what the store cannot tell by one condition. */
export const decideAdmission = (
  { revokedBefore, open, starts }: UserState,
  { turn, issuedAt, until }: TurnRequest,
  limits: UserLimits,
  now: number,
): Decision => {
  if (issuedAt < revokedBefore) return { status: "revoked" };
  const places = placesOf(open, now);
  const held = places.get(turn);
  if (held !== undefined) {
    const next = until > held ? { revokedBefore, open: places.set(turn, until), starts } : undefined;
    return { status: "admitted", next };
  }
  // The clocks of machines differ: what was written last did not always begin last.
  const sorted = starts.toSorted((one, other) => one - other);
  const retryAfterMs = waitFor(places, sorted, limits, now);
  if (retryAfterMs > 0) return { status: "limited", retryAfterMs };
  const kept = [...Array<number>(limits.turnsPerMinute).fill(0), ...sorted, now].slice(
    -limits.turnsPerMinute,
  );
  return { status: "admitted", next: { revokedBefore, open: places.set(turn, until), starts: kept } };
};
