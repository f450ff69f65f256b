import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { parseJsonBody } from "#adapters/api-gateway/parse-body.ts";
import { parseInput } from "#adapters/api-gateway/parse-input.ts";
import { modelTypes } from "#core/bot/integration-types.ts";
import { chatParts } from "#core/chat/chat-event.ts";
import { maxMessageBodyBytes } from "#core/message/message-content.ts";
import { fileKinds } from "#core/message/question-file.ts";
import { countOf } from "#core/shared/field-path.ts";
import { chatHeaders, chatSchema } from "../../../../functions/chat-stream/chat-schema.ts";
import { jsonOf, refusalOf } from "../../adapters/api-gateway/refusal.ts";

const parse = (sent: unknown) => parseJsonBody(chatSchema, jsonOf(sent), maxMessageBodyBytes);
const refused = (sent: unknown) => refusalOf(() => parse(sent));

const file = { type: "image", url: "https://example.com/a.png" };

describe("a question", () => {
  test("may have only its content, or all optional fields", () => {
    expect(parse({ content: "hello" })).toEqual({ content: "hello" });
    const all = { content: "hello", conversation: "trip", integration: "dify_agent", files: [file] };
    expect(parse(all)).toEqual(all);
    const uploaded = { content: "hello", files: [{ type: "image", id: "d1.abc" }, file] };
    expect(parse(uploaded)).toEqual(uploaded);
  });

  test("may have null for what it leaves out", () => {
    const sent = { content: "hello", conversation: null, integration: null, files: null };
    expect(parse(sent)).toEqual({ content: "hello" });
  });

  test("is accepted as it was written, including white space", () => {
    expect(parse({ content: " a\n\tb " })).toEqual({ content: " a\n\tb " });
  });

  test("drops unknown fields", () => {
    expect(parse({ content: "hello", user: "u8", appKey: "app-two" })).toEqual({ content: "hello" });
  });

  test.each([
    ["letters", "a".repeat(128 * 1024)],
    ["characters of three bytes", "你".repeat((128 * 1024 - 2) / 3)],
    ["characters that JSON escapes with six bytes", "\u0001".repeat(128 * 1024)],
  ])("may have 128 KB of %s, and not a byte more", (_what, content) => {
    expect(parse({ content })).toEqual({ content });
    expect(refused({ content: `${content}你` })).toEqual({
      code: 1005,
      errorMessage: expect.stringMatching(/^content: at most 131072 bytes, got \d+ bytes$/),
    });
  });
});

describe("a question is rejected", () => {
  test.each<[string, unknown, number, unknown]>([
    ["without content", {}, 1002, "content: is required, got nothing"],
    ["with content that is null", { content: null }, 1002, "content: must be a string, got null"],
    [
      "with content that is an array",
      { content: ["hello"] },
      1002,
      "content: must be a string, got an array of 1 item",
    ],
    ["with empty content", { content: "" }, 1002, 'content: must not be blank, got ""'],
    [
      "with content that no model takes",
      { content: "\0 \0" },
      1002,
      String.raw`content: must not be blank, got "\u0000 \u0000"`,
    ],
    ["with blank content", { content: " \n\u3000" }, 1002, 'content: must not be blank, got " \\n\u3000"'],
    [
      "with an empty conversation name",
      { content: "x", conversation: "" },
      1002,
      'conversation: must not be empty, got ""',
    ],
    [
      "with a name that is too long",
      { content: "x", conversation: "c".repeat(65) },
      1005,
      "conversation: at most 64 characters, got 65 characters",
    ],
    [
      "for a webhook, which does not answer here",
      { content: "x", integration: "webhook" },
      1002,
      `integration: must be one of ${modelTypes.join(", ")}, got "webhook"`,
    ],
    [
      "with files that are not an array",
      { content: "x", files: file },
      1002,
      "files: must be an array, got an object with 2 keys",
    ],
    [
      "with more than ten files",
      { content: "x", files: Array.from({ length: 11 }, () => file) },
      1002,
      "files: at most 10 entries, got 11",
    ],
    [
      "with a file of a kind that Dify does not know",
      { content: "x", files: [{ ...file, type: "pdf" }] },
      1002,
      `files[0].type: must be one of ${fileKinds.join(", ")}, got "pdf"`,
    ],
    [
      "with a file without a URL",
      { content: "x", files: [file, { type: "image" }] },
      1002,
      "files[1].url: is required, got nothing",
    ],
    [
      "with a file that has an empty id",
      { content: "x", files: [{ type: "image", id: "" }] },
      1002,
      'files[0].id: must not be empty, got ""',
    ],
    [
      "with a file that is not on the web",
      { content: "x", files: [{ ...file, url: "file:///etc/passwd" }] },
      1002,
      'files[0].url: must be an http or https URL, got "file:///etc/passwd"',
    ],
    [
      "with a file in a data URL",
      { content: "x", files: [{ ...file, url: "data:text/plain,x" }] },
      1002,
      'files[0].url: must be an http or https URL, got "data:text/plain,x"',
    ],
    [
      "with a URL that is too long",
      { content: "x", files: [{ ...file, url: `https://example.com/${"a".repeat(2048)}` }] },
      1005,
      "files[0].url: at most 2048 characters, got 2068 characters",
    ],
    ["that is an array", ["hello"], 1002, "body: must be an object, got an array of 1 item"],
    ["that is a string", "hello", 1002, expect.stringMatching(/^body: /)],
    ["that is null", null, 1002, expect.stringMatching(/^body: /)],
  ])("%s", (_how, sent, code, errorMessage) => {
    expect(refused(sent)).toEqual({ code, errorMessage });
  });

  test.each([
    ["no bytes", "", 1003, /^body: must not be empty/],
    ["no JSON", '{"content":', 1002, /^body: must be valid JSON$/],
    ["a duplicate field", '{"content":"a","content":"b"}', 1002, /^content: may be sent only once/],
    [
      "more than a megabyte",
      `{"content":"a"${" ".repeat(1024 * 1024)}}`,
      1005,
      /^body: at most 1048576 bytes/,
    ],
  ])("with %s", (_what, text, code, message) => {
    const refusal = refusalOf(() => parseJsonBody(chatSchema, Buffer.from(text), maxMessageBodyBytes));
    expect(refusal).toEqual({ code, errorMessage: expect.stringMatching(message) });
  });

  test("or accepted, whatever JSON it is, and the rejection names a field and a rule, and no secret of ours", () => {
    const uploaded = fc.record({
      type: fc.oneof(fc.constantFrom(...fileKinds), fc.jsonValue()),
      id: fc.oneof(fc.string(), fc.jsonValue()),
    });
    const near = fc.record(
      {
        content: fc.oneof(fc.string(), fc.jsonValue()),
        conversation: fc.oneof(fc.string(), fc.jsonValue()),
        integration: fc.oneof(fc.constantFrom("dify_chat", "webhook"), fc.jsonValue()),
        files: fc.oneof(fc.array(fc.oneof(fc.constant(file), uploaded, fc.jsonValue())), fc.jsonValue()),
        parts: fc.oneof(fc.subarray([...chatParts, "text"]), fc.jsonValue()),
      },
      { requiredKeys: [] },
    );
    fc.assert(
      fc.property(fc.oneof(near, fc.jsonValue()), (sent) => {
        const refusal = refused(sent);
        if (!refusal) {
          const taken = parse(sent);
          expect(taken.content.trim()).not.toBe("");
          for (const file of taken.files ?? []) expect("url" in file || "id" in file).toBe(true);
          for (const part of taken.parts ?? []) expect(chatParts).toContain(part);
          return;
        }
        expect([1002, 1005]).toContain(refusal.code);
        expect(refusal.errorMessage).toMatch(
          /^(body|content|conversation|integration|parts(\[\d+\])?|files(\[\d+\](\.(type|url|id))?)?): .+, got /s,
        );
      }),
      { numRuns: 200 },
    );
  });
});

describe("an Idempotency-Key", () => {
  const headerOf = (key: string | undefined) => parseInput(chatHeaders, { "Idempotency-Key": key });

  test("is one to 64 visible characters, or missing", () => {
    for (const key of [undefined, "k", "!~", "x".repeat(64)]) {
      expect(headerOf(key)["Idempotency-Key"]).toBe(key);
    }
  });

  test.each(["", "x".repeat(65), "a b", "ä", "a\u007f", " "])(
    "is rejected by its name if it is %j",
    (key) => {
      expect(refusalOf(() => headerOf(key))).toEqual({
        code: 1002,
        errorMessage: `Idempotency-Key: must be 1 to 64 visible ASCII characters, got a string of ${countOf(key.length, "character")}`,
      });
    },
  );
});
