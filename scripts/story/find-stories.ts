import { type LogLine, timeOf } from "./log-line.ts";

/** What a command asks for. Undefined: anything. */
export interface StoryFilter {
  /** The user's pseudonyms, one for each app. */
  readonly users: ReadonlySet<string> | undefined;
  /** A message's id, a turn's or a request's. */
  readonly id: string | undefined;
  /** Milliseconds since the epoch. */
  readonly since: number;
  readonly until: number;
}

/** All lines that one request caused, in order. */
export type Story = readonly [LogLine, ...LogLine[]];

const isWanted = (line: LogLine, { users, id, since, until }: StoryFilter): boolean => {
  const at = timeOf(line);
  if (at < since || at > until) return false;
  if (users && (line.user === undefined || !users.has(line.user))) return false;
  return id === undefined || [line.msgUID, line.turn, line.requestId].includes(id);
};

/** The requests with a wanted line, in the order in which they began. Their other lines need not name the user. */
export const findStories = (lines: readonly LogLine[], filter: StoryFilter): Story[] => {
  const wanted = new Set(lines.filter((line) => isWanted(line, filter)).map(({ requestId }) => requestId));
  const ordered = lines
    .filter(({ requestId }) => wanted.has(requestId))
    .toSorted((a, b) => timeOf(a) - timeOf(b));
  return [...Map.groupBy(ordered, ({ requestId }) => requestId).values()].flatMap(([first, ...rest]) =>
    first ? [[first, ...rest] as const] : [],
  );
};
