import * as v from "valibot";

const number = v.optional(v.number());
const text = v.optional(v.string());

/** A line of the functions' log that a request caused: the fields that a story needs. */
const logLine = v.looseObject({
  timestamp: v.pipe(v.string(), v.isoTimestamp()),
  event: v.string(),
  requestId: v.string(),
  user: text,
  bot: text,
  integration: text,
  msgUID: text,
  turn: text,
  reason: text,
  code: v.optional(v.union([v.string(), v.number()])),
  detail: text,
  outcome: text,
  model: text,
  limit: text,
  freeAt: text,
  path: text,
  status: number,
  tries: number,
  refusals: number,
  firstTextMs: number,
  modelCalls: number,
  eventType: text,
  objectName: text,
  userNotified: v.optional(v.boolean()),
});
export type LogLine = v.InferOutput<typeof logLine>;

const parsedLine = v.pipe(v.string(), v.parseJson(), logLine);

/** Undefined for what is not a line of a request: metrics, stacks, lines of the platform. */
export const parseLogLine = (line: string): LogLine | undefined => {
  const parsed = v.safeParse(parsedLine, line);
  return parsed.success ? parsed.output : undefined;
};

export const timeOf = ({ timestamp }: LogLine): number => Date.parse(timestamp);
