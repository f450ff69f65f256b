import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { makeBlockTracker } from "#core/im/markdown-blocks.ts";
import { maxMessageBytes, messageSize, messagesOf } from "#core/im/message-size.ts";

const continuationAfter = (...pieces: string[]) => {
  const blocks = makeBlockTracker();
  for (const piece of pieces) blocks.push(piece);
  const { closing, reopen } = blocks.continuation();
  // A row, a nested item and code.
  const next = "  - | x |";
  return { closing, opening: reopen(next).slice(0, -next.length) };
};
const none = { closing: "", opening: "" };

describe("what a message ends within", () => {
  test.each<[string, string, { closing: string; opening: string }]>([
    ["a paragraph", "Hello\nyou", none],
    ["a code fence", "See:\n```js\nlet a;\n", { closing: "```", opening: "```js\n" }],
    ["a line of a code fence", "```js\nlet a", { closing: "\n```", opening: "```js\n" }],
    ["a longer fence with a shorter one in it", "````md\n```\n", { closing: "````", opening: "````md\n" }],
    ["a fence of tildes", "~~~\na\n", { closing: "~~~", opening: "~~~\n" }],
    ["nothing, after a closed fence", "```js\nlet a;\n```\nand", none],
    ["nothing, after code within a line", "```a``` is code\n", none],
    ["a table", "| a | b |\n|---|:-:|\n| 1 | 2 |\n", { closing: "", opening: "| a | b |\n|---|:-:|\n" }],
    ["nothing, after a table", "| a |\n|---|\n| 1 |\n\nand\n", none],
    ["a flat list", "1. one\n2. two\n", none],
    ["a list in a list", "1. one\n   - in one\n   - and\n", { closing: "", opening: "1. one\n" }],
    ["a list in a list in a list", "- a\n  - b\n    - c\n", { closing: "", opening: "- a\n  - b\n" }],
    ["nothing, after a list", "- a\n  - b\n\nand\n", none],
  ])("is closed, and opened again in the next: %s", (_, text, expected) => {
    expect(continuationAfter(text)).toEqual(expected);
  });

  test("is the same however the text is split", () => {
    const part = fc.constantFrom(
      "```",
      "```js",
      "~~~",
      "\n",
      "| a | b |",
      "|---|---|",
      "- a",
      "  - b",
      "1. c",
      " ",
      "x",
    );
    fc.assert(
      fc.property(fc.array(part, { maxLength: 20 }), (parts) => {
        expect(continuationAfter(...parts)).toEqual(continuationAfter(parts.join("")));
      }),
    );
  });
});

test.each([
  ["a paragraph after a nested list", "- a\n  - b\n", "And so on."],
  ["a paragraph after a table", "| a |\n|---|\n", "And so on."],
  ["nothing after a fence", "```js\n", ""],
])("a block is not opened again for %s", (_, text, following) => {
  const blocks = makeBlockTracker();
  blocks.push(text);
  expect(blocks.continuation().reopen(following)).toBe(following);
});

describe("a text that is too long for one message", () => {
  test("is code in each of its messages where it is code", () => {
    const lines = Array.from({ length: 12_000 }, (_, index) => `let line${index} = ${index};`);
    const messages = messagesOf(`Look:\n\n\`\`\`js\n${lines.join("\n")}\n\`\`\`\nDone.`);
    expect(messages.length).toBeGreaterThan(1);
    for (const message of messages) {
      expect(message.match(/^```/gm)).toHaveLength(2);
      expect(messageSize(message)).toBeLessThanOrEqual(maxMessageBytes);
    }
    const code = messages.map((message) =>
      message.replace(/^[\s\S]*?```js\n/, "").replace(/\n?```[\s\S]*$/, ""),
    );
    expect(
      code
        .join("\n")
        .split("\n")
        .filter((line) => line !== ""),
    ).toEqual(lines);
  });

  test("is never split within what people see as one character", () => {
    const family = "👩‍👩‍👧‍👦";
    for (const before of ["", "a", "ab", "abc"]) {
      for (const message of messagesOf(before + family.repeat(8_000))) {
        expect(message.replace(before, "").replaceAll(family, "")).toBe("");
      }
    }
  });
});
