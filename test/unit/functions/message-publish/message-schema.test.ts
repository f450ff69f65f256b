import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { parseFormBody } from "#adapters/api-gateway/parse-body.ts";
import {
  groupMessageSchema,
  privateMessageSchema,
  repeatableFields,
} from "../../../../functions/message-publish/message-schema.ts";
import { refusalOf } from "../../adapters/api-gateway/refusal.ts";
import { anyText } from "../../adapters/node/any-text.ts";
import { type Form, formOf, groupForm, mentioningContent, privateForm } from "./forms.ts";

const parsePrivate = (given: Form) => parseFormBody(privateMessageSchema, formOf(given), repeatableFields);
const parseGroup = (given: Form) => parseFormBody(groupMessageSchema, formOf(given), repeatableFields);

const messageKinds = [
  ["private", parsePrivate, privateForm],
  ["group", parseGroup, groupForm],
] as const;

const ids = (count: number) => Array.from({ length: count }, (_, at) => `u${at}`);
/** JSON of this many bytes, or fewer by less than one character of the filling. */
const contentOf = (bytes: number, filling = "x"): string =>
  JSON.stringify({ content: filling.repeat(Math.floor((bytes - 14) / Buffer.byteLength(filling))) });

/** As the SDKs send it; none of it concerns a bot. */
const ofThePush = {
  pushContent: "hello",
  pushData: "{}",
  pushExt: "{}",
  disablePush: "false",
  count: "1",
  contentAvailable: "0",
  isPersisted: "1",
  isCounted: "1",
  isIncludeSender: "0",
  verifyBlacklist: "0",
  disableUpdateLastMsg: "false",
  expansion: "false",
  extraContent: "{}",
  needReadReceipt: "1",
  msgRandom: "0.5",
};

type Refusals = readonly (readonly [string, Form, number, unknown])[];

describe.each(messageKinds)("a %s message", (_name, parse, form) => {
  test("may have 128 KB of content, in any script", () => {
    for (const filling of ["x", "你"]) {
      const content = contentOf(131_072, filling);
      expect(Buffer.byteLength(content)).toBeGreaterThan(131_069);
      expect(parse(form({ content })).content).toBe(content);
    }
  });

  test("may have everything about its push, as the SDKs send it", () => {
    expect(parse(form(ofThePush))).toEqual(parse(form()));
  });

  test("may have ids and a type of maximum length", () => {
    const [fromUserId, objectName] = ["u".repeat(64), "x".repeat(32)];
    expect(parse(form({ fromUserId, objectName }))).toMatchObject({ fromUserId, objectName });
  });

  const refusals: Refusals = [
    ["without fromUserId", { fromUserId: undefined }, 1002, "fromUserId: is required, got nothing"],
    ["without objectName", { objectName: undefined }, 1002, "objectName: is required, got nothing"],
    ["without content", { content: undefined }, 1002, "content: is required, got nothing"],
    ["from an empty id", { fromUserId: "" }, 1002, 'fromUserId: must not be empty, got ""'],
    [
      "from an id of 65 characters",
      { fromUserId: "u".repeat(65) },
      1005,
      "fromUserId: at most 64 characters, got 65 characters",
    ],
    ["from two users", { fromUserId: ["u7", "u8"] }, 1002, "fromUserId: may be sent only once, got 2"],
    ["of an empty type", { objectName: "" }, 1002, 'objectName: must not be empty, got ""'],
    [
      "of a type of 33 characters",
      { objectName: "x".repeat(33) },
      1005,
      "objectName: at most 32 characters, got 33 characters",
    ],
    [
      "of two types",
      { objectName: ["RC:TxtMsg", "RC:ImgMsg"] },
      1002,
      "objectName: may be sent only once, got 2",
    ],
    ["with empty content", { content: "" }, 1002, 'content: must contain valid JSON, got ""'],
    [
      "with content that is not JSON",
      { content: "hello" },
      1002,
      'content: must contain valid JSON, got "hello"',
    ],
    [
      "with content that is almost JSON",
      { content: "{'a':1}" },
      1002,
      "content: must contain valid JSON, got \"{'a':1}\"",
    ],
    [
      "with content twice, even if both are the same",
      { content: ['{"a":1}', '{"a":1}'] },
      1002,
      "content: may be sent only once, got 2",
    ],
    [
      "with content of more than 128 KB",
      { content: contentOf(131_073) },
      1005,
      "content: at most 131072 bytes, got 131073 bytes",
    ],
    [
      "with content of more than 128 KB in fewer characters",
      { content: contentOf(150_014, "你") },
      1005,
      "content: at most 131072 bytes, got 150014 bytes",
    ],
  ];

  test.each(refusals)("%s is rejected, and its server told why", (_case, given, code, errorMessage) => {
    expect(refusalOf(() => parse(form(given)))).toEqual({ code, errorMessage });
  });

  test("with any fields is parsed or rejected with an error for its server, and never throws", () => {
    const names = [
      "fromUserId",
      "toUserId",
      "toGroupId",
      "objectName",
      "content",
      "isMentioned",
      "__proto__",
    ];
    const value = fc.oneof(anyText, fc.json(), fc.constantFrom("u7", "1", "{}"));
    const fields = fc.dictionary(
      fc.constantFrom(...names),
      fc.oneof(value, fc.array(value, { maxLength: 5 })),
    );
    fc.assert(
      fc.property(fields, fc.boolean(), (given, whole) => {
        const refusal = refusalOf(() => parse(whole ? form(given) : given));
        const isWhole = { code: expect.any(Number), errorMessage: expect.stringMatching(/^.+: ./s) };
        if (refusal !== undefined) expect(refusal).toEqual(isWhole);
      }),
      { numRuns: 300 },
    );
  });
});

describe("a private message", () => {
  test("is parsed with its sender, target, type and content", () => {
    expect(parsePrivate(privateForm())).toEqual({
      channelType: "PERSON",
      fromUserId: "u7",
      targetIds: ["bot-helpdesk"],
      objectName: "RC:TxtMsg",
      content: '{"content":"hello"}',
      directedTo: [],
      mentions: true,
    });
  });

  test("may be sent to a thousand users with the longest ids, with the longest content, each byte escaped", () => {
    const toUserId = ids(1000).map((id) => id.padStart(64, "你"));
    const content = contentOf(131_072, "你");
    expect(parsePrivate(privateForm({ toUserId, content }))).toMatchObject({ targetIds: toUserId, content });
  });

  const refusals: Refusals = [
    ["without toUserId", { toUserId: undefined }, 1002, "toUserId: is required, got nothing"],
    ["to an empty id", { toUserId: ["u1", ""] }, 1002, 'toUserId[1]: must not be empty, got ""'],
    [
      "to an id of 65 characters",
      { toUserId: "u".repeat(65) },
      1005,
      "toUserId[0]: at most 64 characters, got 65 characters",
    ],
    [
      "to 1001 users",
      { toUserId: ids(1001) },
      1002,
      expect.stringMatching(/^toUserId: at most 1000 entries, got /),
    ],
    ["to a group", { toUserId: undefined, toGroupId: "g1" }, 1002, "toUserId: is required, got nothing"],
  ];

  test.each(refusals)("%s is rejected", (_case, given, code, errorMessage) => {
    expect(refusalOf(() => parsePrivate(privateForm(given)))).toEqual({ code, errorMessage });
  });
});

describe("a message to a group", () => {
  test("is parsed with its sender and target, and the mentions of its content", () => {
    expect(parseGroup(groupForm())).toEqual({
      channelType: "GROUP",
      fromUserId: "u7",
      targetIds: ["g1"],
      objectName: "RC:TxtMsg",
      content: mentioningContent,
      directedTo: [],
      mentions: true,
    });
  });

  test("may be sent to three groups, and to some of their members only", () => {
    const toUserId = ids(1000);
    expect(parseGroup(groupForm({ toGroupId: ["g1", "g2", "g3"], toUserId }))).toMatchObject({
      targetIds: ["g1", "g2", "g3"],
      directedTo: toUserId,
    });
  });

  test.each([undefined, "0"])(
    "mentions no one if isMentioned is %p, whatever its content says",
    (isMentioned) => {
      expect(parseGroup(groupForm({ isMentioned })).mentions).toBe(false);
    },
  );

  const refusals: Refusals = [
    ["without toGroupId", { toGroupId: undefined }, 1002, "toGroupId: is required, got nothing"],
    ["to an empty group id", { toGroupId: "" }, 1002, 'toGroupId[0]: must not be empty, got ""'],
    [
      "to a group id of 65 characters",
      { toGroupId: "g".repeat(65) },
      1005,
      "toGroupId[0]: at most 64 characters, got 65 characters",
    ],
    [
      "to four groups",
      { toGroupId: ids(4) },
      1002,
      expect.stringMatching(/^toGroupId: at most 3 entries, got /),
    ],
    ["to an empty member id", { toUserId: "" }, 1002, 'toUserId[0]: must not be empty, got ""'],
    [
      "to 1001 members",
      { toUserId: ids(1001) },
      1002,
      expect.stringMatching(/^toUserId: at most 1000 entries, got /),
    ],
    ["with isMentioned=true", { isMentioned: "true" }, 1002, 'isMentioned: must be 0 or 1, got "true"'],
    ["with an empty isMentioned", { isMentioned: "" }, 1002, 'isMentioned: must be 0 or 1, got ""'],
    [
      "with isMentioned twice",
      { isMentioned: ["1", "1"] },
      1002,
      "isMentioned: may be sent only once, got 2",
    ],
  ];

  test.each(refusals)("%s is rejected", (_case, given, code, errorMessage) => {
    expect(refusalOf(() => parseGroup(groupForm(given)))).toEqual({ code, errorMessage });
  });
});
