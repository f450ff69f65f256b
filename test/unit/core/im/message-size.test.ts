import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { maxMessageBytes, messageSize, messagesOf, splitLength } from "#core/im/message-size.ts";

const anyText = fc.oneof(
  fc.string({ unit: "binary", maxLength: 60 }),
  fc.string({
    unit: fc.constantFrom("a", " ", "\n", '"', "\u0001", "é", "汉", "😀", "\ud83d"),
    maxLength: 60,
  }),
);

describe("a text that is too long for one message", () => {
  test("is split into messages that each fit, and is whole when they are put together", () => {
    fc.assert(
      fc.property(anyText, fc.integer({ min: 1_000, max: 6_000 }), (text, times) => {
        const long = text.repeat(times);
        const messages = messagesOf(long);
        expect(messages.join("")).toBe(long);
        expect(messages.every((each) => messageSize(each) <= maxMessageBytes)).toBe(true);
      }),
      { numRuns: 30 },
    );
  });

  test("is split as late as possible, and never within a character", () => {
    fc.assert(
      fc.property(anyText, fc.integer({ min: 6, max: 100 }), (text, room) => {
        const length = splitLength(text, room);
        expect(messageSize(text.slice(0, length))).toBeLessThanOrEqual(room);
        if (text !== "") expect(length).toBeGreaterThan(0);
        expect([...text.slice(0, length), ...text.slice(length)]).toEqual([...text]);
      }),
    );
  });

  test.each([
    ["a paragraph", "One line.\nAnother.\n\nThe next paragraph", "One line.\nAnother.\n\n"],
    [
      "a line, if no paragraph ends late enough",
      "A.\n\nOne line of many words.\nAnother one that is too",
      "A.\n\nOne line of many words.\n",
    ],
    ["a word, if no line does", "one two three four five six seven", "one two three four five six "],
    ["a character, if no word does", "x".repeat(40), "x".repeat(32)],
  ])("is split at %s", (_, text, head) => {
    expect(text.slice(0, splitLength(text, 32))).toBe(head);
  });
});

describe("a text of blocks that are split", () => {
  const deepList = Array.from({ length: 900 }, (_, level) => `${" ".repeat(level)}- item`).join("\n");
  const wideTable = `${"| head ".repeat(150)}|\n${"|-".repeat(500)}|\n`;

  test.each([
    ["a list that is nested a thousand times", deepList],
    [
      "a list with long items",
      Array.from({ length: 300 }, (_, level) => `${" ".repeat(level)}- ${"x".repeat(900)}\n`).join(""),
    ],
    ["a table with long rows", wideTable + `| ${"cell ".repeat(150)}|\n`.repeat(400)],
    ["a fence with a long mark", `${"~".repeat(1_000)}\n${"code\n".repeat(60_000)}`],
    ["a fence with a long first line", `\`\`\`${"x".repeat(2_000)}\n${"code\n".repeat(60_000)}`],
  ])("fits into few messages: %s", (_, text) => {
    const messages = messagesOf(text);
    expect(messages.every((each) => messageSize(each) <= maxMessageBytes)).toBe(true);
    expect(messages.length).toBeLessThan(3 + (2 * messageSize(text)) / maxMessageBytes);
  });
});
