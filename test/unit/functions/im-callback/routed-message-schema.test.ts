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
  throw new Error("the message is for no bot");
};

const uidOf = (given: Form, at = now): string => message({ msgUID: undefined, ...given }, at).msgUID;

describe("a routed message", () => {
  test("is parsed with all the fields that a bot receives", () => {
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

  test("may have fields that do not concern bots, and may lack the optional ones", () => {
    expect(message({ sensitiveType: "0", busChannel: "x", appId: "y" })).toEqual(message({}));
    expect(message({ source: undefined, groupUserIds: undefined, sensitiveType: undefined })).toMatchObject({
      msgUID: "C3JH-8VQ4-0000-0001",
    });
  });

  test("of a group has the mentions of its content: isMentioned is not required here", () => {
    expect(message({ channelType: "GROUP", toUserId: "g1" })).toMatchObject({
      channelType: "GROUP",
      toUserId: "g1",
      mentions: true,
    });
  });

  test("without a time has that of its arrival", () => {
    expect(message({ msgTimestamp: undefined }).msgTimestamp).toBe(now);
  });

  test.each(["PERSONS", "TEMPGROUP", "CUSTOMERSERVICE", "NOTIFY", "MC", "MP", "ULTRAGROUP", "SYSTEM"])(
    "of the channel %s is for no bot",
    (channelType) => {
      expect(parse({ channelType })).toEqual({ channelType: "other" });
    },
  );
});

describe("the recipients of a message to a group", () => {
  const directedTo = (groupUserIds: Form[string]) =>
    message({ channelType: "GROUP", groupUserIds }).directedTo;

  test.each<[string, Form[string], string[]]>([
    ["an array in JSON", '["u8","bot-helpdesk"]', ["u8", "bot-helpdesk"]],
    ["an array in JSON with blanks", '[ "u8", "bot-helpdesk" ]', ["u8", "bot-helpdesk"]],
    ["an array in JSON of numbers, as some ids look", "[7001,7002]", ["7001", "7002"]],
    ["a field for each", ["u8", "bot-helpdesk"], ["u8", "bot-helpdesk"]],
    ["one", "bot-helpdesk", ["bot-helpdesk"]],
    ["commas", "u8,bot-helpdesk", ["u8", "bot-helpdesk"]],
    ["commas and blanks", "u8, bot-helpdesk ", ["u8", "bot-helpdesk"]],
    ["a list as Java prints it", "[u8, bot-helpdesk]", ["u8", "bot-helpdesk"]],
  ])("are parsed from %s", (_name, sent, ids) => {
    expect(directedTo(sent)).toEqual(ids);
  });

  test.each<[string, Form[string]]>([
    ["no such field", undefined],
    ["an empty field", ""],
    ["an empty array in JSON", "[]"],
    ["nothing between commas", " , "],
  ])("are everyone with %s", (_name, sent) => {
    expect(directedTo(sent)).toEqual([]);
  });

  test.each<[string, Form[string]]>([
    ["a truncated array in JSON", '["u8"'],
    ["an array in JSON of invalid ids", '[{"userId":"u8"}]'],
  ])("are not everyone with %s", (_name, sent) => {
    expect(directedTo(sent)).not.toEqual([]);
  });
});

describe("a routed message without an id", () => {
  test.each([undefined, ""])(
    "gets one from its content: the same for each copy, with msgUID %p",
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
  ])("gets another if its %s is another", (_name, other) => {
    expect(uidOf(other)).not.toBe(uidOf({}));
  });

  test("gets another if two of its fields only look the same when concatenated", () => {
    expect(uidOf({ fromUserId: "u7b", toUserId: "ot" })).not.toBe(
      uidOf({ fromUserId: "u7", toUserId: "bot" }),
    );
  });
});

describe("a routed message that cannot be parsed", () => {
  test.each<[string, Form, number, unknown]>([
    ["without fromUserId", { fromUserId: undefined }, 1002, "fromUserId: is required, got nothing"],
    ["without toUserId", { toUserId: undefined }, 1002, "toUserId: is required, got nothing"],
    ["without objectName", { objectName: undefined }, 1002, "objectName: is required, got nothing"],
    ["without content", { content: undefined }, 1002, "content: is required, got nothing"],
    ["without channelType", { channelType: undefined }, 1002, "channelType: is required, got nothing"],
    [
      "of an unknown channel",
      { channelType: "person" },
      1002,
      'channelType: must be a channel type, got "person"',
    ],
    [
      "with content that is not JSON",
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
  ])("%s is rejected by field and rule", (_name, given, code, errorMessage) => {
    expect(refusalOf(() => parse(given))).toEqual({ code, errorMessage });
  });

  test.each([
    ["msgUID", "u".repeat(65)],
    ["msgTimestamp", "yesterday"],
    ["msgTimestamp", "9".repeat(16)],
    ["msgTimestamp", ""],
    ["source", "s".repeat(65)],
  ])("does not include one with a malformed %s: %j", (field, value) => {
    expect(parse({ [field]: value })).toEqual(parse({ [field]: undefined }));
  });

  test("does not include one with 128 KB of content", () => {
    const content = JSON.stringify("你".repeat((128 * 1024 - 2) / 3));
    expect(message({ content }).content).toBe(content);
  });
});
