export interface LogQuery {
  readonly name: string;
  /** In the CloudWatch Logs Insights query language. */
  readonly text: string;
}

const lines = (...all: readonly string[]): string => all.join("\n");

/** Saved queries for common questions. PASTE-HERE stands for the id to look up. */
export const logQueries: readonly LogQuery[] = [
  {
    name: "Trace of a turn or message",
    text: lines(
      "fields @timestamp, level, event, requestId, user, bot, integration, outcome, model, code, detail, tries, reason, sinceAcceptedMs, firstTextMs, tookMs",
      '| filter msgUID = "PASTE-HERE" or turn = "PASTE-HERE"',
      "| sort @timestamp asc",
      "| limit 1000",
    ),
  },
  {
    name: "Failures by code",
    text: lines(
      'filter event in ["job_delivered", "chat_answered"] and outcome in ["failed", "incomplete", "abandoned"]',
      '  or event in ["job_given_up", "job_failed", "job_unreadable", "chat_turn_failed", "callback_dropped", "request_failed"]',
      '| stats count(*) as failures, latest(@timestamp) as last by event, coalesce(code, outcome, "-") as why, bot',
      "| sort failures desc",
      "| limit 100",
    ),
  },
  {
    name: "Slowest first texts",
    text: lines(
      "fields @timestamp, firstTextMs, asked, bot, integration, outcome, coalesce(msgUID, turn) as id",
      '| filter event in ["job_delivered", "chat_answered"] and ispresent(firstTextMs)',
      "| sort firstTextMs desc",
      "| limit 50",
    ),
  },
  {
    name: "Turns of a bot",
    text: lines(
      "fields @timestamp, event, outcome, code, firstTextMs, coalesce(tookMs, sinceAcceptedMs) as ms, asked, coalesce(msgUID, turn) as id",
      '| filter bot = "PASTE-HERE" and event in ["job_delivered", "job_given_up", "job_dropped", "chat_answered", "chat_turn_failed"]',
      "| sort @timestamp desc",
      "| limit 200",
    ),
  },
];
