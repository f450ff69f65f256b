import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { parseJsonBody } from "#adapters/api-gateway/parse-body.ts";
import { maxMessageBodyBytes } from "#core/message/message-content.ts";
import { BridgeError } from "#core/shared/errors.ts";
import { groupChunkSchema, privateChunkSchema } from "../../../../functions/message-publish/stream-schema.ts";
import { jsonOf, refusalOf } from "../../adapters/api-gateway/refusal.ts";

const parse = (chunk: unknown) => parseJsonBody(privateChunkSchema, jsonOf(chunk), maxMessageBodyBytes);

const first = { content: "Hel", seq: 1, complete: false };
const later = { content: "lo", seq: 2, complete: false, messageUID: "m1" };
const chunkOf = (content: unknown, given: object = {}) => ({
  fromUserId: "bot-helpdesk",
  toUserId: "u7",
  objectName: "RC:StreamMsg",
  content,
  ...given,
});

describe("a chunk of a stream message", () => {
  test.each([
    ["the first", { ...first, type: "markdown", user: { id: "bot" }, extra: "{}" }],
    ["a later one", later],
    ["the last", { ...later, content: "", complete: true, completeReason: 0 }],
    ["the first and last", { ...first, complete: true }],
  ])("may be %s", (_name, content) => {
    expect(parse(chunkOf(content)).content).toMatchObject({ seq: content.seq, complete: content.complete });
  });

  test("may have 128 KB of text, also if JSON escapes every character of it", () => {
    const content = "\u0001".repeat(131_072);
    expect(parse(chunkOf({ ...first, content })).content.content).toBe(content);
  });

  test("to a group names the group", () => {
    const { toUserId: _user, ...chunk } = chunkOf(first, { toGroupId: "g1" });
    expect(parseJsonBody(groupChunkSchema, jsonOf(chunk))).toMatchObject({ toGroupId: "g1" });
    expect(refusalOf(() => parse(chunk))).toMatchObject({
      errorMessage: "toUserId: is required, got nothing",
    });
  });

  test.each([
    ["no text", { ...first, content: undefined }, "content.content: is required, got nothing"],
    ["seq 0", { ...first, seq: 0 }, "content.seq: must be an integer from 1 to 9007199254740991, got 0"],
    [
      "seq as a string",
      { ...first, seq: "1" },
      'content.seq: must be an integer from 1 to 9007199254740991, got "1"',
    ],
    ["no complete", { ...first, complete: undefined }, "content.complete: is required, got nothing"],
    ["complete as a number", { ...first, complete: 0 }, "content.complete: must be true or false, got 0"],
    [
      "an id in the first chunk",
      { ...first, messageUID: "m1" },
      'content.messageUID: must be absent in the first chunk (seq 1), got "m1"',
    ],
    [
      "no id in a later chunk",
      { ...later, messageUID: undefined },
      "content.messageUID: is required after the first chunk (seq 1), got nothing",
    ],
    [
      "a reason before the end",
      { ...later, completeReason: 0 },
      "content.completeReason: is allowed in the last chunk only (complete: true), got 0",
    ],
    ["a text as its content", "Hel", 'content: must be an object, got "Hel"'],
  ])("is refused with %s", (_name, content, errorMessage) => {
    expect(refusalOf(() => parse(chunkOf(content)))).toEqual({ code: 1002, errorMessage });
  });

  test("is refused above 128 KB of text, without quoting it", () => {
    const content = `${"x".repeat(131_070)}你`;
    expect(refusalOf(() => parse(chunkOf({ ...first, content })))).toMatchObject({
      code: 1005,
      errorMessage: "content.content: at most 131072 bytes, got 131073 bytes",
    });
  });

  test("is refused as a message of another type", () => {
    const errorMessage = 'objectName: must be RC:StreamMsg, got "RC:TxtMsg"';
    expect(refusalOf(() => parse(chunkOf(first, { objectName: "RC:TxtMsg" })))).toMatchObject({
      errorMessage,
    });
  });

  const anyContent = fc.record(
    {
      content: fc.oneof(fc.string(), fc.jsonValue()),
      seq: fc.oneof(fc.integer(), fc.jsonValue()),
      complete: fc.oneof(fc.boolean(), fc.jsonValue()),
      completeReason: fc.oneof(fc.integer(), fc.jsonValue()),
      messageUID: fc.oneof(fc.string(), fc.jsonValue()),
    },
    { requiredKeys: [] },
  );

  test("whatever was sent, is accepted with a consistent position or refused with a reason", () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.jsonValue(),
          anyContent.map((content) => chunkOf(content)),
        ),
        (sent) => {
          try {
            const { seq, complete, completeReason, messageUID } = parse(sent).content;
            expect(seq === 1).toBe(messageUID === undefined);
            expect(complete || completeReason === undefined).toBe(true);
          } catch (error) {
            expect(error).toBeInstanceOf(BridgeError);
            expect(error).toMatchObject({ expose: true });
          }
        },
      ),
    );
  });
});
