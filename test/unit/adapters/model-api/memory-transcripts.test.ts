import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { memoryOf } from "#adapters/model-api/chat-memory.ts";
import { memoryTranscripts } from "#adapters/model-api/memory-transcripts.ts";
import { openAiIntegration } from "../../../support/turns.ts";

type Pair = readonly [question: string, answer: string];

const memoryWith = (pairs: readonly Pair[]): string =>
  JSON.stringify({
    version: 1,
    messages: pairs.flatMap(([question, answer]) => [
      { role: "user", content: question },
      { role: "assistant", content: answer },
    ]),
  });

const read = (memory: string, limit = 100, before?: string) =>
  memoryTranscripts.read(openAiIntegration(), memory, { limit, before });

describe("the messages that the bridge keeps for a model", () => {
  test("are the questions and answers of its memory", async () => {
    const first = memoryOf([], "hello", "Hello!", 20) ?? "";
    expect(await read(first)).toEqual({
      items: [
        {
          id: expect.stringMatching(/^[\w-]{22}$/),
          question: "hello",
          answer: "Hello!",
          askedAt: undefined,
          rating: null,
          files: [],
        },
      ],
      next: undefined,
    });
  });

  test("are none if the memory is of another model", async () => {
    expect(await read('{"conversationId":"c1","user":"u1"}')).toEqual({ items: [], next: undefined });
  });

  test("have ids that stay when the memory drops older ones", async () => {
    const pairs: Pair[] = [
      ["a", "1"],
      ["b", "2"],
      ["c", "3"],
    ];
    const idsOf = async (memory: string) => (await read(memory)).items.map(({ id }) => id);
    expect(await idsOf(memoryWith(pairs.slice(1)))).toEqual((await idsOf(memoryWith(pairs))).slice(1));
  });

  test("come in pages that together have each message once, in order", async () => {
    const pair = fc.tuple(fc.constantFrom("a", "b"), fc.constantFrom("1", "2"));
    await fc.assert(
      fc.asyncProperty(
        fc.array(pair, { maxLength: 12 }),
        fc.integer({ min: 1, max: 5 }),
        async (pairs, limit) => {
          const memory = memoryWith(pairs);
          let all: unknown[] = [];
          let before: string | undefined;
          do {
            const { items, next } = await read(memory, limit, before);
            expect(items.length).toBeLessThanOrEqual(limit);
            all = [...items.map(({ question, answer }) => [question, answer]), ...all];
            before = next;
          } while (before !== undefined);
          expect(all).toEqual(pairs);
        },
      ),
    );
  });

  test("are none before a message that is not among them", async () => {
    await expect(read(memoryWith([["a", "1"]]), 1, "m1")).rejects.toMatchObject({
      code: "bad_parameter",
      message: "before: must be the id of a message of this conversation",
    });
  });
});
