import { describe, expect, test } from "@jest/globals";
import type { LogLine } from "../../../../scripts/story/log-line.ts";
import { readTurns } from "../../../../scripts/story/read-turns.ts";
import { storyLines } from "../../../../scripts/story/story-lines.ts";
import { linesOfTurn, type TurnOfReply, withTurns } from "../../../../scripts/story/turn-lines.ts";

const at = Date.UTC(2026, 10, 27, 14, 3);
const turn: TurnOfReply = {
  turn: "job:x",
  msgUID: "m1",
  channel: "im",
  userId: "bot-help",
  integration: "dify_chat",
  user: "Qx7",
  requestId: "r1",
  outcome: "answered",
  acceptedAt: at,
  endedAt: at + 2_000,
  firstTextAt: at + 1_000,
  modelCalls: 1,
  tries: 1,
};
const conclusionOf = (given: Partial<TurnOfReply>): string | undefined => {
  const [first, ...rest] = linesOfTurn({ ...turn, ...given });
  return (
    first &&
    storyLines([first, ...rest])
      .at(-1)
      ?.trim()
  );
};

test.each([
  [{}, "Answered."],
  [{ outcome: "running", endedAt: undefined }, "No answer yet: its last line is above."],
  [
    { outcome: "failed", code: "refused", detail: "HTTP 401" },
    "No answer: the model failed: refused (HTTP 401); the user got an error message.",
  ],
  [
    { outcome: "undelivered", code: "answered", detail: "HTTP 429" },
    "No answer: the IM did not accept the answer (HTTP 429); the model: answered.",
  ],
  [{ outcome: "given_up", detail: "HTTP 403" }, "No answer: given up: HTTP 403. It is in the dead letters."],
  [{ outcome: "dropped", detail: "the bot was removed" }, "No answer: dropped: the bot was removed."],
  [{ outcome: "recalled" }, "Nobody waits for an answer."],
  [{ outcome: "delivered", integration: "webhook" }, "Answered."],
  [
    { outcome: "limited", detail: "bot.perUser.turnsPerDay" },
    "No answer: bot-help was not asked: the limit bot.perUser.turnsPerDay was reached.",
  ],
  [
    { channel: "http" as const, outcome: "limited", detail: "app.turnsPerMinute" },
    "No answer: bot-help was not asked: the limit app.turnsPerMinute was reached.",
  ],
  [
    { channel: "http" as const, outcome: "refused", code: "rate_limited", detail: "too many" },
    "No answer: the question was refused: rate_limited (too many).",
  ],
  [
    { channel: "http" as const, outcome: "incomplete", code: "internal" },
    "No answer: the turn failed in the bridge: internal.",
  ],
  [{ channel: "http" as const, outcome: "incomplete" }, "No answer: the turn ended as incomplete."],
])("a turn of the table is told as the log would have", (given, conclusion) => {
  expect(conclusionOf(given)).toBe(conclusion);
});

test("a turn that the log knows is told once; a refused call does not say whose it was", () => {
  const refused: LogLine = {
    timestamp: new Date(at).toISOString(),
    event: "request_refused",
    requestId: "r1",
  };
  const logged: LogLine = { ...refused, event: "job_accepted", user: "Qx7" };
  expect(withTurns([logged], [turn])).toEqual([logged]);
  expect(withTurns([refused], [turn])).toHaveLength(3);
  expect(withTurns([logged], [{ ...turn, requestId: "r2" }])).toHaveLength(3);
});

describe("the pages of a user's turns", () => {
  /** Pages of two turns. */
  const read = (count: number) => {
    const all = Array.from({ length: count }, (_, n) => ({ ...turn, turn: `t${n}`, acceptedAt: at - n }));
    const send = async ({ body }: { readonly body?: string | URLSearchParams }) => {
      const { until } = JSON.parse(String(body)) as { until: number };
      const left = all.filter(({ acceptedAt }) => acceptedAt < until);
      return { status: 200, text: JSON.stringify({ turns: left.slice(0, 2), hasNext: left.length > 2 }) };
    };
    const app = { url: "http://127.0.0.1:1", appKey: "app", secret: "s", user: "u7", send };
    return readTurns(app, { users: undefined, id: undefined, since: 0, until: at });
  };
  const idsOf = (turns: readonly TurnOfReply[]) => turns.map(({ turn: id }) => id);

  test("are all read, each turn once", async () => {
    const { turns, notReadBefore } = await read(5);
    expect(idsOf(turns)).toEqual(["t0", "t1", "t2", "t3", "t4"]);
    expect(notReadBefore).toBeUndefined();
  });

  test("are read up to a number of calls, and what is left out is said", async () => {
    const { turns, notReadBefore = 0 } = await read(1_000);
    const oldest = turns.at(-1)?.acceptedAt ?? 0;
    expect(turns.length).toBeLessThan(100);
    expect(notReadBefore).toBe(oldest + 1);
  });
});
