import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import * as v from "valibot";
import { parseFormBody, parseJsonBody } from "#adapters/api-gateway/parse-body.ts";
import { arrayOf, stringOf } from "#core/shared/rules.ts";
import { botSchema } from "../../../../functions/bot-registry/bot-schema.ts";
import {
  privateMessageSchema,
  repeatableFields,
} from "../../../../functions/message-publish/message-schema.ts";
import { userSchema } from "../../../../functions/user-token/user-schema.ts";
import { cpuTimed } from "../../../support/cpu-time.ts";
import { anyText } from "../node/any-text.ts";
import { jsonOf, refusalOf } from "./refusal.ts";

const person = v.object(
  {
    name: stringOf(1, 8),
    tags: v.optional(arrayOf(v.object({ label: stringOf(1, 8) }), 3), []),
    apiKey: v.optional(stringOf(1, 8)),
    note: v.optional(v.pipe(v.string(), v.maxBytes(8, "at most 8 bytes"))),
  },
  "must be an object",
);

const parsed = (value: unknown) => parseJsonBody(person, jsonOf(value));
const rejectionOf = (value: unknown) => refusalOf(() => parsed(value));

describe("a JSON body", () => {
  test("is parsed if it follows the rules, and unknown fields are dropped", () => {
    expect(parsed({ name: "Ann", tags: [{ label: "x" }], shoeSize: 41 })).toEqual({
      name: "Ann",
      tags: [{ label: "x" }],
    });
  });

  test("may have null for any field that may be left out, at any depth, and for no other", () => {
    const label = fc.oneof(fc.string({ minLength: 1, maxLength: 4 }), fc.constant(null));
    const sent = fc.record(
      {
        name: label,
        tags: fc.oneof(
          fc.array(fc.record({ label, extra: fc.constant(null) }), { maxLength: 3 }),
          fc.constant(null),
        ),
        apiKey: label,
        note: fc.constant(null),
      },
      { requiredKeys: [] },
    );
    const withoutNulls = (value: unknown): unknown =>
      JSON.parse(JSON.stringify(value), (_name, each) => (each === null ? undefined : each));
    fc.assert(
      fc.property(sent, (value) => {
        const refusal = rejectionOf(value);
        const expected = rejectionOf(withoutNulls(value));
        expect(refusal?.code).toBe(expected?.code);
        if (expected === undefined) expect(parsed(value)).toEqual(parsed(withoutNulls(value)));
        else expect(refusal?.errorMessage).toMatch(/^(name|tags\[\d\]\.label): .*, got (null|nothing)$/);
      }),
    );
  });

  test("with null and thousands of faults is rejected at the first one: none of the others is described", () => {
    const body = jsonOf({ apiKey: null, tags: Array.from({ length: 60_000 }, () => 0) });
    const { result, cpuMs } = cpuTimed(() => refusalOf(() => parseJsonBody(person, body)));
    expect(result).toMatchObject({ code: 1002 });
    expect(cpuMs).toBeLessThan(500);
  });

  test("of no bytes is rejected with 1003", () => {
    expect(refusalOf(() => parseJsonBody(person, Buffer.alloc(0)))).toMatchObject({ code: 1003 });
  });

  test.each(["{", "name=Ann", " ", "\u0000", "{'name':'Ann'}"])(
    "that is not JSON, %j, is rejected with 1002",
    (text) => {
      expect(refusalOf(() => parseJsonBody(person, Buffer.from(text)))).toEqual({
        code: 1002,
        errorMessage: "body: must be valid JSON",
      });
    },
  );

  test("of more than 128 KB is rejected with 1005, and one of exactly 128 KB parsed", () => {
    const room = 128 * 1024 - jsonOf({ name: "Ann", pad: "" }).length;
    expect(rejectionOf({ name: "Ann", pad: "x".repeat(room) })).toBeUndefined();
    expect(rejectionOf({ name: "Ann", pad: "x".repeat(room + 1) })).toEqual({
      code: 1005,
      errorMessage: "body: at most 131072 bytes, got 131073 bytes",
    });
  });

  test("of invalid UTF-8 is rejected instead of being stored with replacement characters", () => {
    const latin1 = Buffer.from('{"name":"Zoë"}', "latin1");
    expect(refusalOf(() => parseJsonBody(person, latin1))).toEqual({
      code: 1002,
      errorMessage: "body: must be valid UTF-8",
    });
  });

  test("is parsed after a byte order mark, as some editors write", () => {
    expect(parseJsonBody(person, Buffer.from('\ufeff{"name":"Zoë 😀"}'))).toMatchObject({ name: "Zoë 😀" });
  });

  test("with a replacement character that was really sent is parsed", () => {
    expect(parsed({ name: "\ufffd" })).toMatchObject({ name: "\ufffd" });
  });

  test("with a duplicate key is rejected with its path, before its fields are validated", () => {
    const text = '{"name":7,"tags":[{},{"label":"x","label":"y"}]}';
    expect(refusalOf(() => parseJsonBody(person, Buffer.from(text)))).toEqual({
      code: 1002,
      errorMessage: "tags[1].label: may be sent only once, got 2",
    });
  });

  test.each([
    ["a missing field", {}, 1002, "name: is required, got nothing"],
    ["a field of another type", { name: 7 }, 1002, "name: must be a string, got 7"],
    ["null", { name: null }, 1002, "name: must be a string, got null"],
    ["an empty string", { name: "" }, 1002, 'name: must not be empty, got ""'],
    [
      "a string that is too long",
      { name: "123456789" },
      1005,
      "name: at most 8 characters, got 9 characters",
    ],
    [
      "a string of too many bytes",
      { name: "Ann", note: "你好你好" },
      1005,
      "note: at most 8 bytes, got 12 bytes",
    ],
    [
      "a field of an array item",
      { name: "A", tags: [{ label: "x" }, {}] },
      1002,
      "tags[1].label: is required, got nothing",
    ],
    ["an array item", { name: "A", tags: [null] }, 1002, expect.stringMatching(/^tags\[0\]: .*got null$/)],
    ["an array that is not one", { name: "A", tags: "x" }, 1002, 'tags: must be an array, got "x"'],
    ["no object", "Ann", 1002, "body: must be an object, got a string of 3 characters"],
    ["null for the whole body", null, 1002, "body: must be an object, got null"],
  ])("with %s is rejected with the field, the rule and the value sent", (_name, body, code, errorMessage) => {
    expect(rejectionOf(body)).toEqual({ code, errorMessage });
  });

  test("with too many items is rejected with 1002: 1005 is for strings", () => {
    const tags = Array.from({ length: 4 }, () => ({ label: "x" }));
    expect(rejectionOf({ name: "Ann", tags })).toMatchObject({
      code: 1002,
      errorMessage: expect.stringMatching(/^tags: at most 3 entries, got /),
    });
  });

  test("is rejected for one mistake at a time, the first", () => {
    expect(rejectionOf({ name: 7, tags: 7 })?.errorMessage).toMatch(/^name: /);
  });

  test("is not echoed in full if it is long", () => {
    const message = rejectionOf({ name: { text: "x".repeat(10_000) } })?.errorMessage ?? "";
    expect(message).toMatch(/^name: must be a string, got /);
    expect(message.length).toBeLessThan(200);
  });
});

describe("a secret that was sent in a wrong form is not echoed", () => {
  const secret = "app-1234567890abcdef";
  const bot = (integration: unknown) => ({
    userId: "bot-helpdesk",
    name: "Helpdesk",
    type: "faq",
    profileUrl: "https://example.com/bot.png",
    integrations: [integration],
  });
  const dify = { type: "dify_chat", callbackUrl: "https://api.dify.ai/v1", auth: { apiKey: secret } };

  test.each([
    ["as a string that is too long", bot({ ...dify, auth: { apiKey: secret.repeat(30) } })],
    ["within an array", bot({ ...dify, auth: { apiKey: [secret] } })],
    ["within an object", bot({ ...dify, auth: { apiKey: { value: secret } } })],
    ["in place of auth", bot({ ...dify, auth: secret })],
    ["in an array in place of auth", bot({ ...dify, auth: [secret] })],
    ["under another name in auth", bot({ ...dify, auth: { key: secret } })],
    ["along with a wrong type", bot({ auth: { apiKey: secret }, type: "dify" })],
    ["within an integration outside an array", { ...bot(dify), integrations: { auth: { apiKey: secret } } }],
    ["within an array in an array", bot([{ auth: { apiKey: secret } }])],
    ["in two integrations of a type", { ...bot(dify), integrations: [dify, dify] }],
  ])("%s", (_name, body) => {
    const refusal = refusalOf(() => parseJsonBody(botSchema({ allowPrivate: false }), jsonOf(body)));
    expect(refusal).toMatchObject({ code: expect.any(Number) });
    expect(refusal?.errorMessage).not.toContain(secret.slice(0, 12));
  });
});

const formOf = (form: string) => () =>
  parseFormBody(privateMessageSchema, Buffer.from(form), repeatableFields);
const content = encodeURIComponent('{"content":"a+b&c=d 你好 😀"}');

describe("a form", () => {
  test("is decoded as UTF-8", () => {
    expect(formOf(`fromUserId=u%2B7&toUserId=bot&objectName=RC%3ATxtMsg&content=${content}`)()).toMatchObject(
      {
        fromUserId: "u+7",
        targetIds: ["bot"],
        objectName: "RC:TxtMsg",
        content: '{"content":"a+b&c=d 你好 😀"}',
      },
    );
  });

  test("is parsed with a repeated field that may be repeated", () => {
    const form = `toUserId=b2&fromUserId=u7&toUserId=b1&objectName=RC:TxtMsg&content=${content}`;
    expect(formOf(form)()).toMatchObject({ targetIds: ["b2", "b1"] });
  });

  test("is rejected with 1002 if a field is repeated that may be sent only once", () => {
    expect(refusalOf(formOf("fromUserId=u7&fromUserId=u8"))).toEqual({
      code: 1002,
      errorMessage: "fromUserId: may be sent only once, got 2",
    });
  });

  test("of invalid UTF-8 is rejected with 1002", () => {
    const latin1 = Buffer.from("fromUserId=Zoë", "latin1");
    expect(refusalOf(() => messages(latin1))).toEqual({
      code: 1002,
      errorMessage: "body: must be valid UTF-8",
    });
  });

  test("of no bytes is rejected with 1003", () => {
    expect(refusalOf(formOf(""))).toMatchObject({ code: 1003 });
  });

  test("that is JSON is rejected with the name of the first missing field", () => {
    expect(refusalOf(formOf('{"fromUserId":"u7"}'))).toEqual({
      code: 1002,
      errorMessage: "fromUserId: is required, got nothing",
    });
  });

  test.each([
    [10_000, "a: may be sent only once, got 10000"],
    [10_001, "body: at most 10000 fields, got 10001"],
    [500_000, "body: at most 10000 fields, got 500000"],
  ])("of %i fields is rejected with 1002", (count, errorMessage) => {
    const form = Array(count).fill("a").join("&");
    expect(refusalOf(formOf(form))).toEqual({ code: 1002, errorMessage });
  });

  test("of many thousands of fields is parsed quickly", () => {
    const form = Array.from({ length: 9_000 }, (_, index) => `f${index}`).join("&");
    const { result, cpuMs } = cpuTimed(() => refusalOf(formOf(form)));
    expect(result).toMatchObject({ code: 1002 });
    expect(cpuMs).toBeLessThan(500);
  });
});

const bot = botSchema({ allowPrivate: false });
const users = (body: Buffer) => parseFormBody(userSchema, body);
const messages = (body: Buffer) => parseFormBody(privateMessageSchema, body, repeatableFields);
const bots = (body: Buffer) => parseJsonBody(bot, body);

/** An object like a bot, with any of its parts replaced by anything. */
const botLike = (() => {
  const or = (value: unknown) => fc.oneof({ weight: 4, arbitrary: fc.constant(value) }, fc.jsonValue());
  const integration = fc.record(
    {
      type: or("dify_chat"),
      callbackUrl: or("https://api.dify.ai/v1"),
      enabled: or(true),
      objectNames: fc.oneof(fc.array(or("RC:TxtMsg")), fc.jsonValue()),
      events: fc.oneof(fc.array(or("message:private")), fc.jsonValue()),
      auth: fc.oneof(fc.record({ apiKey: or("app-1") }), fc.jsonValue()),
    },
    { requiredKeys: [] },
  );
  return fc.record(
    {
      userId: or("bot-helpdesk"),
      name: or("Helpdesk"),
      type: or("faq"),
      profileUrl: or("https://example.com/bot.png"),
      metadata: fc.oneof(fc.dictionary(fc.string(), fc.jsonValue()), fc.jsonValue()),
      integrations: fc.oneof(fc.array(fc.oneof(integration, fc.jsonValue())), fc.jsonValue()),
    },
    { requiredKeys: [] },
  );
})();

const wholeRefusal = { code: expect.any(Number), errorMessage: expect.stringMatching(/^.+: ./s) };

describe("any input is parsed or rejected with an error for the caller, and never throws", () => {
  const held = (parse: (body: Buffer) => unknown, body: Buffer) => {
    const refusal = refusalOf(() => parse(body));
    if (refusal !== undefined) expect(refusal).toEqual(wholeRefusal);
  };

  test("any JSON, as a bot", () => {
    fc.assert(fc.property(fc.jsonValue(), (value) => held(bots, jsonOf(value))));
  });

  test("anything like a bot", () => {
    fc.assert(
      fc.property(botLike, (value) => held(bots, jsonOf(value))),
      { numRuns: 300 },
    );
  });

  test.each([
    ["a bot", bots],
    ["a message", messages],
    ["a user", users],
  ])("any bytes, as %s", (_name, parse) => {
    fc.assert(fc.property(fc.uint8Array(), (bytes) => held(parse, Buffer.from(bytes))));
  });

  test("any JSON with a byte of it changed, as a bot", () => {
    const byte = fc.integer({ min: 0, max: 255 });
    fc.assert(
      fc.property(botLike, fc.nat(), byte, (value, at, changed) => {
        const body = jsonOf(value);
        body[at % body.length] = changed;
        held(bots, body);
      }),
      { numRuns: 300 },
    );
  });

  test.each([
    ["a message", messages],
    ["a user", users],
  ])("any form, as %s", (_name, parse) => {
    const names = ["fromUserId", "toUserId", "objectName", "content", "userId", "__proto__", "constructor"];
    const field = fc.tuple(fc.constantFrom(...names), anyText);
    fc.assert(
      fc.property(fc.array(field), (fields) => held(parse, Buffer.from(String(new URLSearchParams(fields))))),
    );
  });

  test.each([
    ["__proto__ in the body", '{"__proto__":{"userId":"x","admin":true},"userId":7}'],
    [
      "__proto__ in the metadata",
      '{"userId":"b","name":"B","type":"t","profileUrl":"https://e.com","metadata":{"__proto__":{"a":"b"}}}',
    ],
    [
      "__proto__ as an integration",
      '{"userId":"b","name":"B","type":"t","profileUrl":"https://e.com","integrations":[{"__proto__":{"type":"webhook"}}]}',
    ],
    ["constructor in the body", '{"constructor":{"prototype":{"admin":true}}}'],
    ["a number beyond the range of numbers", '{"userId":1e400}'],
    ["a number of a thousand digits", `{"userId":${"9".repeat(1000)}}`],
    ["a lone surrogate", '{"userId":"\\ud83d","name":7}'],
    ["arrays nested thousands deep, for the whole body", "[".repeat(60_000) + "]".repeat(60_000)],
    ["arrays nested thousands deep, for a field", `{"userId":${"[".repeat(60_000)}${"]".repeat(60_000)}}`],
    [
      "objects nested thousands deep, for a field",
      `{"userId":${'{"a":'.repeat(20_000)}1${"}".repeat(20_000)}}`,
    ],
  ])("%s", (_name, text) => {
    expect(refusalOf(() => bots(Buffer.from(text)))).toEqual(wholeRefusal);
    expect({}).not.toHaveProperty("admin");
  });

  test("a field name as long as the body limit is not echoed in full", () => {
    const metadata = { ["k".repeat(100_000)]: "v" };
    const body = {
      userId: "b",
      name: "B",
      type: "t",
      profileUrl: "https://e.com",
      metadata,
      integrations: [],
    };
    const refusal = refusalOf(() => bots(jsonOf(body)));
    expect(refusal).toMatchObject({ code: 1005 });
    expect(refusal?.errorMessage.length).toBeLessThan(500);
  });
});
