import { dayMs } from "#core/shared/clock.ts";
import { makeCommandLine, type Target } from "../command/target.ts";

export interface StoryOptions extends Target {
  /** The user's id, as the IM has it. */
  readonly user: string | undefined;
  /** A message's id, a turn's or a request's. */
  readonly id: string | undefined;
  /** Milliseconds since the epoch. */
  readonly since: number;
  readonly until: number;
}

const { usageError, parse, targetOf } = makeCommandLine(
  "npm run story -- [--stage <stage> | --url <url>] [--user <id>] [--id <msgUID, turn or X-Request-ID>] [--since <time>] [--until <time>], with times such as 14:00 or 2026-11-27T14:00Z",
);

const text = { type: "string" } as const;
const clockTime = /^([01]?\d|2[0-3]):([0-5]\d)(?::([0-5]\d))?$/;

/** A time of the day that has last been, or a date with a time. */
const timeIn = (name: string, value: string, now: number): number => {
  const [, hours, minutes, seconds = "0"] = clockTime.exec(value) ?? [];
  if (hours !== undefined && minutes !== undefined) {
    const at = new Date(now).setHours(Number(hours), Number(minutes), Number(seconds), 0);
    return at > now ? at - dayMs : at;
  }
  const at = /^\d{4}-\d\d-\d\d/.test(value) ? Date.parse(value) : Number.NaN;
  if (Number.isNaN(at))
    throw usageError(`--${name} must be a time such as 14:00 or 2026-11-27T14:00Z, got ${value}`);
  return at;
};

/**
 * Parses the command line.
 * @throws Error with a one-line message for the terminal.
 */
export const readOptions = (args: readonly string[], now: number): StoryOptions => {
  const given = parse(args, { user: text, id: text, since: text, until: text });
  const since = given.since === undefined ? now - dayMs : timeIn("since", given.since, now);
  const until = given.until === undefined ? now : timeIn("until", given.until, now);
  if (since > until) throw usageError("--since must be before --until");
  return { ...targetOf(given), user: given.user, id: given.id, since, until };
};
