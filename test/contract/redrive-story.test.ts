import { describe, expect, test } from "@jest/globals";
import type { DeadLetter, LetterFate } from "#core/jobs/redrive-jobs.ts";
import { makeStory } from "../../scripts/redrive/story.ts";
import { webhookJob } from "./redrive.ts";

const letter: DeadLetter = {
  messageId: "id",
  buriedAt: Date.UTC(2026, 0, 2),
  job: webhookJob("m-1"),
  epitaph: { reason: "HTTP 410", tries: 7 },
  remove: async () => {},
};

const storyOf = (...fates: LetterFate[]) => {
  const lines: string[] = [];
  const story = makeStory((line) => lines.push(line));
  for (const fate of fates) story.tell(letter, fate);
  story.end("nothing");
  return { lines: lines.map((line) => line.replace(/^.* {2}→ /, "")), failed: story.hasFailures() };
};

describe("the story of a redrive", () => {
  test("says what became of each letter, and of how many", () => {
    const { lines } = storyOf(
      { status: "redriven" },
      { status: "settled", outcome: "delivered" },
      { status: "running" },
      { status: "given_up_again" },
      { status: "unreadable" },
    );
    expect(lines).toEqual([
      "redriven",
      "taken out: its job has ended otherwise by now (delivered)",
      "left: a worker has it now",
      "left: given up again",
      "left: nobody can read it",
      "1 redriven, 1 taken out, 3 left.",
    ]);
  });

  test("is a failure only where something went wrong", () => {
    expect(storyOf({ status: "redriven" }, { status: "running" }).failed).toBe(false);
    expect(storyOf({ status: "failed", reason: "no such table" })).toEqual({
      lines: ["left: no such table", "0 redriven, 0 taken out, 1 left."],
      failed: true,
    });
  });

  test("keeps what an id or a reason holds on its line, and from the terminal", () => {
    const lines: string[] = [];
    const story = makeStory((line) => lines.push(line));
    const job = webhookJob("m-1\u001b[2J", "u7", { botUserId: "bot\r\n001" });
    story.list({ ...letter, job, epitaph: { reason: "\u202Eone\n two", tries: 1 } });
    expect(lines.join()).not.toMatch(/\p{Cc}|\p{Bidi_Control}/u);
    expect(lines.join()).toMatch(/bot 001.*m-1\[2J.*one two$/);
  });

  test("says what could not be seen, of which way, and nothing where all was", () => {
    const lines: string[] = [];
    const story = makeStory((line) => lines.push(line));
    story.hide("turns", 0);
    story.hide("webhooks", 3);
    story.end("No dead letters.");
    expect(lines).toEqual([expect.stringMatching(/^webhooks: SQS counts 3 more/)]);
  });
});
