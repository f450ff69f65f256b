import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { ignoreReasons } from "#core/intake/ignored-message.ts";
import { findStories, type StoryFilter } from "../../../../scripts/story/find-stories.ts";
import { type LogLine, parseLogLine } from "../../../../scripts/story/log-line.ts";
import { storyLines } from "../../../../scripts/story/story-lines.ts";

const start = Date.parse("2026-11-27T14:03:00.000Z");

const lineOf = (event: string, fields: Partial<LogLine> = {}, atMs = 0): LogLine => ({
  timestamp: new Date(start + atMs).toISOString(),
  event,
  requestId: "r1",
  ...fields,
});

const all: StoryFilter = { users: undefined, id: undefined, since: 0, until: Number.MAX_SAFE_INTEGER };

/** What the command says in the end. */
const conclusionOf = (...lines: LogLine[]): string | undefined =>
  findStories(lines, all).flatMap(storyLines).at(-1)?.trim();

const bot = { bot: "bot-help", integration: "dify_chat", msgUID: "m1", user: "Qx7" };

describe("why a user got no answer", () => {
  test.each<[string, LogLine, string]>([
    [
      "an ignored message",
      lineOf("message_ignored", { ...bot, reason: "filter" }),
      "No answer: the text passes no filter of bot-help.",
    ],
    [
      "a wrong key",
      lineOf("job_delivered", {
        ...bot,
        outcome: "failed",
        code: "refused",
        detail: "HTTP 401 unauthorized",
      }),
      "No answer: the model failed: refused (HTTP 401 unauthorized); the user got an error message.",
    ],
    [
      "an IM that refuses",
      lineOf("job_given_up", { ...bot, outcome: "undelivered", model: "answered", reason: "HTTP 429" }),
      "No answer: the IM did not accept the answer (HTTP 429); the model: answered.",
    ],
    [
      "a webhook that refuses",
      lineOf("job_given_up", { ...bot, integration: "webhook", reason: "HTTP 403" }),
      "No answer: given up: HTTP 403. It is in the dead letters.",
    ],
    [
      "a broken stream",
      lineOf("chat_answered", { ...bot, outcome: "incomplete" }),
      "No answer: the turn ended as incomplete.",
    ],
    [
      "a refused call",
      lineOf("request_refused", { path: "/v3/bot/create.json", status: 401, code: 1004 }),
      "No answer: the call of /v3/bot/create.json was refused: HTTP 401, code 1004.",
    ],
    [
      "a removed bot",
      lineOf("job_dropped", { ...bot, reason: "the bot or its integration was removed or disabled" }),
      "No answer: dropped: the bot or its integration was removed or disabled.",
    ],
    [
      "a limit that is reached",
      lineOf("job_limited", {
        ...bot,
        limit: "bot.perUser.turnsPerDay",
        freeAt: "2026-11-28T00:00:00.000Z",
        userNotified: true,
      }),
      "No answer: the limit bot.perUser.turnsPerDay is reached until 2026-11-28T00:00:00.000Z; the user was told.",
    ],
    [
      "a limit that is reached over HTTP",
      lineOf("turn_limited", { ...bot, limit: "app.turnsPerMinute", freeAt: "2026-11-27T14:04:00.000Z" }),
      "No answer: bot-help was not asked: the limit app.turnsPerMinute is reached until 2026-11-27T14:04:00.000Z.",
    ],
    ["a job in its queue", lineOf("job_accepted", bot), "No answer yet: its last line is above."],
  ])("%s", (_what, last, conclusion) => {
    expect(conclusionOf(lineOf("model_failed", bot, -1), last)).toBe(conclusion);
  });

  test("every reason to ignore a message has words, and none is a failure if nobody waits", () => {
    const conclusions = ignoreReasons.map((reason) =>
      conclusionOf(
        lineOf("message_ignored", { ...bot, eventType: "message:private", objectName: "RC:TxtMsg", reason }),
      ),
    );
    expect(conclusions.filter((text) => text?.startsWith("No answer: "))).toHaveLength(8);
    expect(conclusions.filter((text) => text === "Nobody waits for an answer.")).toHaveLength(3);
    expect(conclusions.join()).not.toContain("undefined");
  });
});

describe("the story of a message", () => {
  const answered = [
    lineOf("job_accepted", bot),
    lineOf("job_tried", { ...bot, tries: 1, reason: "HTTP 503" }, 800),
    // Lines of libraries' failures do not name the user.
    lineOf("conversation_not_saved", { reason: "throttled" }, 900),
    lineOf("job_delivered", { ...bot, outcome: "answered", modelCalls: 1, firstTextMs: 310 }, 1_234),
  ];
  const other = lineOf("job_accepted", { ...bot, user: "other", requestId: "r2", msgUID: "m2" }, 10);

  test("has all lines of its request, in order and with their times, and the ids to look further with", () => {
    const stories = findStories([other, ...answered.toReversed()], { ...all, users: new Set(["Qx7"]) });
    expect(stories.flatMap(storyLines)).toEqual([
      "2026-11-27T14:03:00.000Z message m1, request r1",
      "  +0.000 s  accepted for dify_chat of bot-help",
      "  +0.800 s  try 1 did not succeed: HTTP 503",
      "  +0.900 s  conversation_not_saved: throttled",
      "  +1.234 s  bot-help answered: first text after 0.3 s, the model was asked once",
      "  Answered.",
    ]);
  });

  test.each(["m1", "r1"])("is found by the id %s, and not outside its time", (id) => {
    const lines = [other, ...answered];
    const found = (filter: Partial<StoryFilter>) =>
      findStories(lines, { ...all, ...filter }).map(([{ requestId }]) => requestId);
    expect(found({ id })).toEqual(["r1"]);
    expect(found({ id, since: start + 5_000 })).toEqual([]);
    expect(found({ id, until: start - 1 })).toEqual([]);
    expect(found({})).toEqual(["r1", "r2"]);
  });

  test("is told of whatever is in a log", () => {
    fc.assert(
      fc.property(
        fc.array(fc.oneof(fc.string(), fc.json())),
        fc.array(fc.constantFrom(...answered)),
        (junk, lines) => {
          const parsed = [...junk, ...lines.map((line) => JSON.stringify(line))].flatMap(
            (line) => parseLogLine(line) ?? [],
          );
          const told = findStories(parsed, all).flatMap(storyLines);
          expect(told.length > 0).toBe(lines.length > 0);
        },
      ),
    );
  });
});
