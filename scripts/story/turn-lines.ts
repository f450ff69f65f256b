import * as v from "valibot";
import type { LogLine } from "./log-line.ts";

const text = v.optional(v.string());
const number = v.optional(v.number());

/** The fields of a turn in a reply of /v3/turn/query.json that a story needs. */
const turnOfReply = v.object({
  turn: v.string(),
  msgUID: v.string(),
  channel: v.picklist(["im", "http"]),
  userId: v.string(),
  integration: text,
  user: text,
  requestId: text,
  outcome: v.string(),
  code: text,
  detail: text,
  acceptedAt: v.number(),
  askedAt: number,
  firstTextAt: number,
  endedAt: number,
  tries: number,
  modelCalls: number,
});
export type TurnOfReply = v.InferOutput<typeof turnOfReply>;

export const turnsReply = v.pipe(
  v.string(),
  v.parseJson(),
  v.object({ turns: v.array(turnOfReply), hasNext: v.optional(v.boolean(), false), continueUntil: number }),
);

const jobEvents: Readonly<Record<string, string>> = {
  undelivered: "job_given_up",
  given_up: "job_given_up",
  dropped: "job_dropped",
  recalled: "job_recalled",
  stopped: "job_stopped",
  merged: "job_merged",
};

/** How the log would have told it: the end of a turn names its outcome, that of a job that never answered its reason. */
const endOf = (turn: TurnOfReply): Pick<LogLine, "event"> & Partial<LogLine> => {
  const { outcome, code, detail, channel } = turn;
  if (outcome === "limited") return { event: "turn_limited", limit: detail };
  const isBridgeFault = outcome === "incomplete" && code !== undefined;
  if (isBridgeFault) return { event: "chat_turn_failed", reason: detail ? `${code} (${detail})` : code };
  if (channel === "http") return { event: "chat_answered", outcome, code, detail };
  const event = jobEvents[outcome] ?? "job_delivered";
  if (outcome === "undelivered") return { event, outcome, model: code, reason: detail };
  const hasOutcome = event === "job_delivered" && outcome !== "delivered";
  return { event, reason: detail, ...(hasOutcome && { outcome, code, detail }) };
};

/** A turn that is kept in the table, as lines of the log: the log does not reach as far, or was not kept. */
export const linesOfTurn = (turn: TurnOfReply): LogLine[] => {
  const { turn: id, channel, msgUID, userId, integration, user, requestId = id, outcome } = turn;
  const at = (time: number): string => new Date(time).toISOString();
  const ids = {
    requestId,
    bot: userId,
    integration,
    user,
    ...(channel === "http" ? { turn: id } : { msgUID }),
  };
  const begun: LogLine = { ...ids, timestamp: at(turn.acceptedAt), event: "job_accepted" };
  if (outcome === "running" || turn.endedAt === undefined) return [begun];
  const { firstTextAt, modelCalls, tries, acceptedAt } = turn;
  const firstTextMs = firstTextAt && firstTextAt - acceptedAt;
  return [begun, { ...ids, ...endOf(turn), timestamp: at(turn.endedAt), firstTextMs, modelCalls, tries }];
};

/**
 * The lines of the log, and those of turns whose requests the log does not know. That a call was refused does not say whose it
 * was, so the turn does.
 */
export const withTurns = (lines: readonly LogLine[], turns: readonly TurnOfReply[]): LogLine[] => {
  const known = new Set(lines.flatMap(({ requestId, user }) => (user === undefined ? [] : [requestId])));
  return [
    ...lines,
    ...turns.filter(({ requestId, turn }) => !known.has(requestId ?? turn)).flatMap(linesOfTurn),
  ];
};
