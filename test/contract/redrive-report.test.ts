import { describe, expect, test } from "@jest/globals";
import type { DeadLetter, RedriveResult } from "#core/jobs/redrive-jobs.ts";
import { makeRedriveReport } from "../../scripts/redrive/report.ts";
import { webhookJob } from "./redrive.ts";

const letter: DeadLetter = {
  messageId: "id",
  addedAt: Date.UTC(2026, 0, 2),
  job: webhookJob("m-1"),
  cause: { reason: "HTTP 410", tries: 7 },
  remove: async () => {},
};

const reportOf = (...results: RedriveResult[]) => {
  const lines: string[] = [];
  const report = makeRedriveReport((line) => lines.push(line));
  for (const result of results) report.addResult(letter, result);
  report.end("nothing");
  return { lines: lines.map((line) => line.replace(/^.* {2}→ /, "")), failed: report.hasFailures() };
};

describe("the report of a redrive", () => {
  test("gives the result of each letter and the totals", () => {
    const { lines } = reportOf(
      { status: "redriven" },
      { status: "settled", outcome: "delivered" },
      { status: "running" },
      { status: "given_up_again" },
      { status: "unreadable" },
    );
    expect(lines).toEqual([
      "redriven",
      "removed: the job has already ended (delivered)",
      "skipped: a worker is processing it",
      "skipped: given up again",
      "skipped: unreadable",
      "1 redriven, 1 removed, 3 skipped or failed.",
    ]);
  });

  test("is a failure only if something went wrong", () => {
    expect(reportOf({ status: "redriven" }, { status: "running" }).failed).toBe(false);
    expect(reportOf({ status: "failed", reason: "no such table" })).toEqual({
      lines: ["failed: no such table", "0 redriven, 0 removed, 1 skipped or failed."],
      failed: true,
    });
  });

  test("keeps an id or a reason with control characters on its line and away from the terminal", () => {
    const lines: string[] = [];
    const report = makeRedriveReport((line) => lines.push(line));
    const job = webhookJob("m-1\u001b[2J", "u7", { botUserId: "bot\r\n001" });
    report.addListed({ ...letter, job, cause: { reason: "\u202Eone\n two", tries: 1 } });
    expect(lines.join()).not.toMatch(/\p{Cc}|\p{Bidi_Control}/u);
    expect(lines.join()).toMatch(/bot 001.*m-1\[2J.*one two$/);
  });

  test("says how many could not be parsed, and of which queue, only if there are any", () => {
    const lines: string[] = [];
    const report = makeRedriveReport((line) => lines.push(line));
    report.addHidden("turns", 0);
    report.addHidden("webhooks", 3);
    report.end("No dead letters.");
    expect(lines).toEqual([expect.stringMatching(/^webhooks: SQS counts 3 more/)]);
  });
});
