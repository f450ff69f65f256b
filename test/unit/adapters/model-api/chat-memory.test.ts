import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { historyOf, makeSpokenText, maxMemoryBytes, memoryOf } from "#adapters/model-api/chat-memory.ts";
import { remembered } from "../openai/ask.ts";

const conversation = (exchanges: number, maxMessages: number): string | undefined =>
  Array.from({ length: exchanges }, (_, at) => at + 1).reduce<string | undefined>(
    (memory, at) => memoryOf(historyOf(memory, maxMessages), `question ${at}`, `answer ${at}`, maxMessages),
    undefined,
  );

describe("the memory", () => {
  test("holds the last messages, beginning with a question", () => {
    expect(remembered(conversation(5, 4))).toEqual([
      "user: question 4",
      "assistant: answer 4",
      "user: question 5",
      "assistant: answer 5",
    ]);
  });

  test("never begins with an answer, even if the limit is odd", () => {
    expect(remembered(conversation(5, 3))).toEqual(["user: question 5", "assistant: answer 5"]);
  });

  test("is emptied by a limit that leaves room for no exchange", () => {
    expect(remembered(memoryOf(historyOf(conversation(5, 20), 1), "question 6", "answer 6", 1))).toEqual([]);
  });

  test("does not change without an answer", () => {
    expect(memoryOf([], "question 1", " \n", 20)).toBeUndefined();
  });

  test("yields no more messages than a limit that was lowered since", () => {
    expect(historyOf(conversation(5, 20), 2)).toEqual([
      { role: "user", content: "question 5" },
      { role: "assistant", content: "answer 5" },
    ]);
  });

  test("drops the oldest messages to make room for a long answer", () => {
    const history = historyOf(conversation(5, 20), 20);
    const memory = memoryOf(history, "question 6", "x".repeat(maxMemoryBytes - 250), 20);
    expect(remembered(memory).map((line) => line.slice(0, 20))).toEqual([
      "user: question 5",
      "assistant: answer 5",
      "user: question 6",
      "assistant: xxxxxxxxx",
    ]);
  });

  test("keeps the question and the end of an answer that exceeds the limit alone", () => {
    const [question, answer] = remembered(
      memoryOf([], "tell me all", `beginning ${"👋".repeat(20_000)} end`, 20),
    );
    expect(question).toBe("user: tell me all");
    expect(answer).toMatch(/^assistant: (👋){5500,} end$/u);
  });
});

test.each([undefined, "", "null", "[]", "{", '{"version":2,"messages":[]}', '{"version":1,"messages":[{}]}'])(
  "a memory that cannot be parsed (%s) counts as none",
  (memory) => {
    expect(historyOf(memory, 20)).toEqual([]);
  },
);

describe("for any text", () => {
  const any = fc.string({ unit: "binary", maxLength: 200 });
  const long = fc
    .tuple(fc.constantFrom("a", "\u0000", '"', "é", "字", "👋", "\ud83d"), fc.nat(20_000))
    .map(([character, times]) => character.repeat(times));
  const veryLong = fc.nat(150_000).map((times) => "x".repeat(times));
  const content = fc.oneof(any, { weight: 2, arbitrary: long });
  const message = fc.record({ role: fc.constantFrom("user" as const, "assistant" as const), content });

  test("the memory stays within its limits, runs from a question to the answer, and can be read back", () => {
    fc.assert(
      fc.property(
        fc.array(message, { maxLength: 6 }),
        content,
        content.filter((answer) => answer.trim() !== ""),
        fc.integer({ min: 2, max: 50 }),
        (history, question, answer, maxMessages) => {
          const memory = memoryOf(history, question, answer, maxMessages) ?? "";
          expect(Buffer.byteLength(memory)).toBeLessThanOrEqual(maxMemoryBytes);
          const messages = historyOf(memory, maxMessages);
          expect(messages.length).toBeLessThanOrEqual(maxMessages);
          expect(messages[0]?.role).toBe("user");
          expect(messages.at(-1)?.role).toBe("assistant");
          expect(answer.endsWith(messages.at(-1)?.content ?? "?")).toBe(true);
          expect(messages).toEqual(JSON.parse(memory).messages);
        },
      ),
      { numRuns: 30 },
    );
  });

  test("the spoken text is the end of the answer, however it was split, and bounded", () => {
    fc.assert(
      fc.property(veryLong, fc.array(fc.nat(150_000), { maxLength: 5 }), (text, places) => {
        const spoken = makeSpokenText();
        const cuts = [0, ...places.sort((one, other) => one - other), text.length];
        for (const [at, from] of cuts.entries()) spoken.push(text.slice(from, cuts[at + 1] ?? from));
        const end = spoken.end();
        expect(text.endsWith(end)).toBe(true);
        expect(end.length).toBeGreaterThanOrEqual(Math.min(text.length, maxMemoryBytes));
        expect(end.length).toBeLessThanOrEqual(2 * maxMemoryBytes);
      }),
      { numRuns: 30 },
    );
  });
});
