export interface LogQuery {
  readonly name: string;
  /** In CloudWatch's Logs Insights QL. */
  readonly text: string;
}

const lines = (...all: readonly string[]): string => all.join("\n");

/** What people ask of the logs; an id to look for takes the place of PASTE-HERE. */
export const logQueries: readonly LogQuery[] = [
  {
    name: "The whole story of a turn or message",
    text: lines(
      "fields @timestamp, level, event, bot, integration, outcome, code, detail, delivery, tries, reason, sinceAcceptedMs, firstTextMs, tookMs",
      '| filter msgUID = "PASTE-HERE" or turn = "PASTE-HERE"',
      "| sort @timestamp asc",
      "| limit 1000",
    ),
  },
  {
    name: "Failures by code, over the last day",
    text: lines(
      'filter event in ["job_delivered", "chat_answered"] and outcome in ["failed", "incomplete", "abandoned"]',
      '  or event in ["job_given_up", "job_failed", "job_unreadable", "chat_turn_failed", "callback_dropped", "request_failed"]',
      '| stats count(*) as failures, latest(@timestamp) as last by event, coalesce(code, outcome, "-") as why, bot',
      "| sort failures desc",
      "| limit 100",
    ),
  },
  {
    name: "The slowest first texts",
    text: lines(
      "fields @timestamp, firstTextMs, asked, bot, integration, outcome, coalesce(msgUID, turn) as id",
      '| filter event in ["job_delivered", "chat_answered"] and ispresent(firstTextMs)',
      "| sort firstTextMs desc",
      "| limit 50",
    ),
  },
  {
    name: "A bot's turns",
    text: lines(
      "fields @timestamp, event, outcome, code, firstTextMs, coalesce(tookMs, sinceAcceptedMs) as ms, asked, coalesce(msgUID, turn) as id",
      '| filter bot = "PASTE-HERE" and event in ["job_delivered", "job_given_up", "job_dropped", "chat_answered", "chat_turn_failed"]',
      "| sort @timestamp desc",
      "| limit 200",
    ),
  },
];
