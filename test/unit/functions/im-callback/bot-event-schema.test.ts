import { describe, expect, test } from "@jest/globals";
import * as v from "valibot";
import { parseJsonBody } from "#adapters/api-gateway/parse-body.ts";
import { eventTypes, isMessageType } from "#core/bot/event-type.ts";
import { channelTypes } from "#core/message/message-event.ts";
import { botEventSchema } from "../../../../functions/im-callback/bot-event-schema.ts";
import { routedMessageSchema } from "../../../../functions/im-callback/routed-message-schema.ts";
import { jsonOf, refusalOf } from "../../adapters/api-gateway/refusal.ts";
import { botEvent } from "./callbacks.ts";

const now = Date.UTC(2026, 0, 1);

const parse = (body: unknown, at = now) => parseJsonBody(botEventSchema(at), jsonOf(body));
const eventOf = (data: object = {}, given: object = {}, at = now) => parse(botEvent(data, given), at).event;
const uidOf = (data: object = {}, given: object = {}, at = now): string =>
  eventOf({ msgUID: undefined, ...data }, given, at).data.msgUID;

const nonMessageEvents = eventTypes.filter((type) => !isMessageType(type));

describe("a message event from RongCloud", () => {
  test("is parsed as the bot's own app would receive it", () => {
    const { timestamp, type, data } = botEvent();
    expect(parse(botEvent())).toEqual({ botUserId: "bot-helpdesk", event: { type, timestamp, data } });
  });

  test("of a group is parsed with the group as its target, also under the name that the guide's readers try", () => {
    const data = { channelType: "GROUP", toUserId: "g1" };
    for (const type of ["message:group_mentioned", "message:group"]) {
      expect(eventOf(data, { type })).toMatchObject({
        type: "message:group_mentioned",
        data: { channelType: "GROUP", toUserId: "g1" },
      });
    }
  });

  test("about a recall in a group is parsed under both names too", () => {
    for (const type of ["message:group_mentioned_recall", "message:group_recall"])
      expect(eventOf({ groupId: "g1" }, { type })).toMatchObject({ type: "message:group_mentioned_recall" });
  });

  test("is parsed without its optional fields", () => {
    const { data } = eventOf(
      { source: undefined, msgTimestamp: undefined },
      { bot: { userId: "bot-helpdesk" } },
    );
    expect(data).not.toHaveProperty("source");
    expect(data.msgTimestamp).toBe(1_767_225_600_123);
  });

  test.each([
    ["source", null],
    ["source", "s".repeat(65)],
    ["msgUID", null],
    ["msgTimestamp", -1],
    ["msgTimestamp", "now"],
  ])("is not lost for a malformed %s: %j", (field, value) => {
    expect(eventOf({ [field]: value })).toEqual(eventOf({ [field]: undefined }));
  });

  test("may have its time as a string of digits", () => {
    expect(eventOf({ msgTimestamp: "1767225600101" }).data.msgTimestamp).toBe(1_767_225_600_101);
  });

  test("without an id has the same as its copy from the message route", () => {
    const { fromUserId, toUserId, objectName, content, channelType, msgTimestamp } = botEvent().data;
    const form = { fromUserId, toUserId, objectName, content, channelType, msgTimestamp: `${msgTimestamp}` };
    const routed = v.parse(routedMessageSchema(now), form);
    expect(routed).toMatchObject({ message: { msgUID: uidOf({ msgUID: undefined }) } });
  });

  test("without a time has that of its arrival", () => {
    expect(eventOf({ msgTimestamp: undefined }, { timestamp: undefined })).toMatchObject({
      timestamp: now,
      data: { msgTimestamp: now },
    });
  });

  test("is parsed without unknown fields, which no bot receives", () => {
    const event = eventOf({ extra: "x" }, { extra: "y" });
    expect(event).toEqual(eventOf());
  });

  test("is parsed at 128 KB, envelope included", () => {
    const content = JSON.stringify("x".repeat(127 * 1024));
    expect(eventOf({ content }).data.content).toBe(content);
  });
});

describe("a message without an id", () => {
  test.each([undefined, ""])(
    "gets one from its content: the same for each copy, with msgUID %p",
    (msgUID) => {
      const copies = [
        uidOf({ msgUID }),
        uidOf({ msgUID }, {}, now + 60_000),
        uidOf({ msgUID, source: "Android" }),
      ];
      expect(new Set(copies).size).toBe(1);
      expect(copies[0]).toMatch(/^[\w-]{1,64}$/);
    },
  );

  test.each<[string, object, object]>([
    ["sender", { fromUserId: "u8" }, {}],
    ["target", { toUserId: "bot-sales" }, {}],
    ["channel", { channelType: "GROUP" }, {}],
    ["kind", { objectName: "app:order" }, {}],
    ["time", { msgTimestamp: 1_767_225_600_102 }, {}],
    ["content", { content: '{"content":"hello "}' }, {}],
  ])("gets another if its %s is another", (_name, data, given) => {
    expect(uidOf(data, given)).not.toBe(uidOf());
  });
});

describe.each(nonMessageEvents)("%s", (type) => {
  test("is parsed if it has the form of a message", () => {
    expect(parse(botEvent({}, { type }))).toEqual({
      botUserId: "bot-helpdesk",
      event: { type, timestamp: 1_767_225_600_123, data: botEvent().data },
    });
  });

  test("is parsed if it has hardly any fields, with the bot as sender and everything else as its content", () => {
    const data = { groupId: "g1", operatorId: "u9", userIds: ["u8"], more: { nested: true } };
    const event = parse({ type, bot: { userId: "bot-helpdesk" }, data }).event;
    const channelType = type.includes("group") ? "GROUP" : "PERSON";
    expect(event).toMatchObject({
      type,
      timestamp: now,
      data: { fromUserId: "bot-helpdesk", toUserId: "g1", channelType, objectName: "", msgTimestamp: now },
    });
    expect(JSON.parse(event.data.content)).toMatchObject(data);
    expect(parse({ type, bot: { userId: "bot-helpdesk" }, data: {} }).event.data.toUserId).toBe(
      "bot-helpdesk",
    );
  });

  test.each(["", "hello"])(
    "keeps all of it if its content is not one that a bot could read: %j",
    (content) => {
      const data = { content, operatorId: "u9" };
      const event = parse({ type, bot: { userId: "bot-helpdesk" }, data }).event;
      expect(JSON.parse(event.data.content)).toMatchObject(data);
    },
  );

  test("larger than the message limit is rejected, even if only its stored form is longer", () => {
    const sent = `{"type":"${type}","bot":{"userId":"bot-helpdesk"},"data":{"all":[${"1E20,".repeat(12_000)}1]}}`;
    expect(refusalOf(() => parseJsonBody(botEventSchema(now), Buffer.from(sent)))).toMatchObject({
      code: 1002,
      errorMessage: expect.stringMatching(/^data: at most 131072 bytes, got /),
    });
  });

  test("without an id differs from one of another user at the same time", () => {
    const readEvent = (userIds: readonly string[]) =>
      botEvent({ msgUID: undefined, content: undefined, userIds }, { type });
    const [one, copy, other] = [readEvent(["u8"]), readEvent(["u8"]), readEvent(["u9"])].map(
      (each) => parse(each).event.data.msgUID,
    );
    expect(copy).toBe(one);
    expect(other).not.toBe(one);
  });

  test("in a channel without bots is rejected", () => {
    const data = { channelType: "TEMPGROUP" };
    expect(refusalOf(() => parse({ type, bot: { userId: "bot-helpdesk" }, data }))).toMatchObject({
      code: 1002,
    });
  });

  test("is not lost for a field of the wrong type, nor for missing data", () => {
    const dataOf = (data?: object | null) =>
      parse({ type, bot: { userId: "bot-helpdesk" }, data }).event.data;
    const { content: _content, msgUID: _msgUID, ...bare } = dataOf({});
    for (const malformed of [
      { fromUserId: 7 },
      { fromUserId: "" },
      { msgTimestamp: "now" },
      { groupId: "g".repeat(65) },
      { source: null, channelType: null, objectName: null },
    ]) {
      expect(dataOf(malformed)).toMatchObject(bare);
    }
    expect(dataOf(undefined)).toMatchObject(bare);
  });
});

describe("an event that cannot be parsed", () => {
  const types = eventTypes.join(", ");

  test.each<[string, unknown, number, unknown]>([
    ["that is a string", "hello", 1002, expect.stringMatching(/^body: must be an object/)],
    ["that is null", null, 1002, "body: must be an object, got null"],
    ["that is a number", 7, 1002, "body: must be an object, got 7"],
    ["without a type", { ...botEvent(), type: undefined }, 1002, "type: is required, got nothing"],
    [
      "of an unknown type",
      botEvent({}, { type: "message:ultra" }),
      1002,
      `type: must be one of ${types}, got "message:ultra"`,
    ],
    ["of a type that is a number", botEvent({}, { type: 7 }), 1002, "type: must be a string, got 7"],
    ["to no bot", botEvent({}, { bot: undefined }), 1002, "bot: is required, got nothing"],
    ["to a bot without an id", botEvent({}, { bot: {} }), 1002, "bot.userId: is required, got nothing"],
    [
      "to a bot that is a string",
      botEvent({}, { bot: "hello" }),
      1002,
      'bot: must be an object, got "hello"',
    ],
    ["without data", { ...botEvent(), data: undefined }, 1002, "data: is required, got nothing"],
    [
      "with data that is a string",
      { ...botEvent(), data: "hello" },
      1002,
      'data: must be an object, got "hello"',
    ],
    [
      "without its sender",
      botEvent({ fromUserId: undefined }),
      1002,
      "data.fromUserId: is required, got nothing",
    ],
    [
      "without its target",
      botEvent({ toUserId: undefined }),
      1002,
      "data.toUserId: is required, got nothing",
    ],
    [
      "without its message type",
      botEvent({ objectName: undefined }),
      1002,
      "data.objectName: is required, got nothing",
    ],
    ["without content", botEvent({ content: undefined }), 1002, "data.content: is required, got nothing"],
    [
      "with content that is not JSON",
      botEvent({ content: "hello" }),
      1002,
      'data.content: must contain valid JSON, got "hello"',
    ],
    [
      "with content that is an object",
      botEvent({ content: {} }),
      1002,
      "data.content: must be a string, got {}",
    ],
    [
      "without its channel",
      botEvent({ channelType: undefined }),
      1002,
      "data.channelType: is required, got nothing",
    ],
    [
      "of a channel without bots",
      botEvent({ channelType: "TEMPGROUP" }),
      1002,
      `data.channelType: must be one of ${channelTypes.join(", ")}, got "TEMPGROUP"`,
    ],
    [
      "from an id of 65 characters",
      botEvent({ fromUserId: "u".repeat(65) }),
      1005,
      "data.fromUserId: at most 64 characters, got 65 characters",
    ],
  ])("%s is rejected by field and rule", (_name, body, code, errorMessage) => {
    expect(refusalOf(() => parse(body))).toEqual({ code, errorMessage });
  });

  test.each<[string, string, string]>([
    ["a field", '{"type":"message:private","type":"message:private"}', "type: may be sent only once, got 2"],
    [
      "a field of its data",
      '{"data":{"content":"{}","content":"{}"}}',
      "data.content: may be sent only once, got 2",
    ],
  ])("with %s twice is rejected", (_name, text, errorMessage) => {
    expect(refusalOf(() => parseJsonBody(botEventSchema(now), Buffer.from(text)))).toEqual({
      code: 1002,
      errorMessage,
    });
  });
});
