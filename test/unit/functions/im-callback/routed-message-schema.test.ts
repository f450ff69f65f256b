import { describe, expect, test } from "@jest/globals";
import { parseFormBody } from "#adapters/api-gateway/parse-body.ts";
import type { IncomingMessage } from "#core/intake/incoming-message.ts";
import {
  repeatableFields,
  routedMessageSchema,
} from "../../../../functions/im-callback/routed-message-schema.ts";
import { refusalOf } from "../../adapters/api-gateway/refusal.ts";
import { type Form, formOf } from "../message-publish/forms.ts";
import { routedForm } from "./callbacks.ts";

const now = Date.UTC(2026, 0, 1);

const parse = (given: Form, at = now) =>
  parseFormBody(routedMessageSchema(at), formOf(routedForm(given)), repeatableFields);

const message = (given: Form, at = now): IncomingMessage => {
  const parsed = parse(given, at);
  if (parsed.channelType === "bot") return parsed.message;
  throw new Error("it is for no bot");
};

const uidOf = (given: Form, at = now): string => message({ msgUID: undefined, ...given }, at).msgUID;

describe("a routed message", () => {
  test("is read with all that a bot is told of it", () => {
    expect(message({})).toEqual({
      fromUserId: "u7",
      toUserId: "bot-helpdesk",
      objectName: "RC:TxtMsg",
      content: '{"content":"hello"}',
      channelType: "PERSON",
      msgTimestamp: 1_767_225_600_101,
      msgUID: "C3JH-8VQ4-0000-0001",
      source: "iOS",
      directedTo: [],
      mentions: true,
    });
  });

  test("may come with what concerns no bot, and without all that it can be told without", () => {
    expect(message({ sensitiveType: "0", busChannel: "x", appId: "y" })).toEqual(message({}));
    expect(message({ source: undefined, groupUserIds: undefined, sensitiveType: undefined })).toMatchObject({
      msgUID: "C3JH-8VQ4-0000-0001",
    });
  });

  test("of a group mentions whom its content says: nobody asks for isMentioned here", () => {
    expect(message({ channelType: "GROUP", toUserId: "g1" })).toMatchObject({
      channelType: "GROUP",
      toUserId: "g1",
      mentions: true,
    });
  });

  test("that bears no time has that of its coming", () => {
    expect(message({ msgTimestamp: undefined }).msgTimestamp).toBe(now);
  });

  test.each(["PERSONS", "TEMPGROUP", "CUSTOMERSERVICE", "NOTIFY", "MC", "MP", "ULTRAGROUP", "SYSTEM"])(
    "of the channel %s is for no bot",
    (channelType) => {
      expect(parse({ channelType })).toEqual({ channelType: "other" });
    },
  );
});

describe("who alone gets a message to a group", () => {
  const directedTo = (groupUserIds: Form[string]) =>
    message({ channelType: "GROUP", groupUserIds }).directedTo;

  test.each<[string, Form[string], string[]]>([
    ["a list in JSON", '["u8","bot-helpdesk"]', ["u8", "bot-helpdesk"]],
    ["a list in JSON with blanks", '[ "u8", "bot-helpdesk" ]', ["u8", "bot-helpdesk"]],
    ["a list in JSON of numbers, as some ids look", "[7001,7002]", ["7001", "7002"]],
    ["a field for each", ["u8", "bot-helpdesk"], ["u8", "bot-helpdesk"]],
    ["one", "bot-helpdesk", ["bot-helpdesk"]],
    ["commas", "u8,bot-helpdesk", ["u8", "bot-helpdesk"]],
    ["commas and blanks", "u8, bot-helpdesk ", ["u8", "bot-helpdesk"]],
    ["a list as Java prints it", "[u8, bot-helpdesk]", ["u8", "bot-helpdesk"]],
  ])("is read from %s", (_name, sent, ids) => {
    expect(directedTo(sent)).toEqual(ids);
  });

  test.each<[string, Form[string]]>([
    ["no such field", undefined],
    ["an empty field", ""],
    ["an empty list in JSON", "[]"],
    ["nothing between commas", " , "],
  ])("is everybody where there is %s", (_name, sent) => {
    expect(directedTo(sent)).toEqual([]);
  });

  test.each<[string, Form[string]]>([
    ["a list in JSON that is broken off", '["u8"'],
    ["a list in JSON of what is no id", '[{"userId":"u8"}]'],
  ])("is not everybody where there is %s", (_name, sent) => {
    expect(directedTo(sent)).not.toEqual([]);
  });
});

describe("a routed message without an id", () => {
  test.each([undefined, ""])(
    "is told by what it says: each copy of it has the same, where msgUID is %p",
    (msgUID) => {
      const copies = [
        message({ msgUID }),
        message({ msgUID }, now + 60_000),
        message({ msgUID, source: "Android" }),
      ];
      expect(new Set(copies.map((copy) => copy.msgUID)).size).toBe(1);
      expect(copies[0]?.msgUID).toMatch(/^[\w-]{1,64}$/);
    },
  );

  test.each<[string, Form]>([
    ["sender", { fromUserId: "u8" }],
    ["target", { toUserId: "bot-sales" }],
    ["channel", { channelType: "GROUP" }],
    ["kind", { objectName: "app:order" }],
    ["time", { msgTimestamp: "1767225600102" }],
    ["content", { content: '{"content":"hello "}' }],
  ])("is another where its %s is another", (_name, other) => {
    expect(uidOf(other)).not.toBe(uidOf({}));
  });

  test("is another where two of its fields only look the same put together", () => {
    expect(uidOf({ fromUserId: "u7b", toUserId: "ot" })).not.toBe(
      uidOf({ fromUserId: "u7", toUserId: "bot" }),
    );
  });
});

describe("a routed message that nobody can make sense of", () => {
  test.each<[string, Form, number, unknown]>([
    ["without fromUserId", { fromUserId: undefined }, 1002, "fromUserId: is required, got nothing"],
    ["without toUserId", { toUserId: undefined }, 1002, "toUserId: is required, got nothing"],
    ["without objectName", { objectName: undefined }, 1002, "objectName: is required, got nothing"],
    ["without content", { content: undefined }, 1002, "content: is required, got nothing"],
    ["without channelType", { channelType: undefined }, 1002, "channelType: is required, got nothing"],
    [
      "of a channel that is none",
      { channelType: "person" },
      1002,
      'channelType: must be a channel type, got "person"',
    ],
    [
      "with content that is no JSON",
      { content: "hello" },
      1002,
      'content: must contain valid JSON, got "hello"',
    ],
    [
      "with content of more than 128 KB",
      { content: JSON.stringify("x".repeat(128 * 1024 - 1)) },
      1005,
      "content: at most 131072 bytes, got 131073 bytes",
    ],
    ["with content twice", { content: ["{}", "{}"] }, 1002, "content: may be sent only once, got 2"],
    [
      "from an id of 65 characters",
      { fromUserId: "u".repeat(65) },
      1005,
      "fromUserId: at most 64 characters, got 65 characters",
    ],
  ])("%s is refused by field and rule", (_name, given, code, errorMessage) => {
    expect(refusalOf(() => parse(given))).toEqual({ code, errorMessage });
  });

  test.each([
    ["msgUID", "u".repeat(65)],
    ["msgTimestamp", "yesterday"],
    ["msgTimestamp", "9".repeat(16)],
    ["msgTimestamp", ""],
    ["source", "s".repeat(65)],
  ])("is not lost for a %s that is none: %j", (field, value) => {
    expect(parse({ [field]: value })).toEqual(parse({ [field]: undefined }));
  });

  test("is read at 128 KB of content", () => {
    const content = JSON.stringify("你".repeat((128 * 1024 - 2) / 3));
    expect(message({ content }).content).toBe(content);
  });
});
