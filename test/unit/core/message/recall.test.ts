import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { eventTypes, isMessageType } from "#core/bot/event-type.ts";
import type { MessageEvent } from "#core/message/message-event.ts";
import { recallOf } from "#core/message/recall.ts";
import { messageEvent } from "../../../support/turns.ts";

/** The command as RongCloud's clients send it. */
const command = (fields: object = {}): Partial<MessageEvent["data"]> => ({
  objectName: "RC:RcCmd",
  msgUID: "of-the-command",
  content: JSON.stringify({
    messageUId: "of-the-message",
    conversationType: 1,
    targetId: "bot-helpdesk",
    sentTime: 1_767_225_600_101,
    isAdmin: false,
    isDelete: false,
    ...fields,
  }),
});
const read = (event: MessageEvent) => recallOf("app-one", "bot-helpdesk", event);

const recall = {
  appKey: "app-one",
  channelType: "PERSON",
  targetId: "bot-helpdesk",
  msgUID: "of-the-message",
  byUserId: "u7",
  isAdmin: false,
};

describe("a recall", () => {
  test("is read from the command of the message route, which has an id of its own", () => {
    expect(read(messageEvent(command()))).toEqual(recall);
  });

  test("in a group concerns the group's message", () => {
    const event = messageEvent(
      { ...command(), channelType: "GROUP", toUserId: "g1" },
      { type: "message:group_mentioned" },
    );
    expect(read(event)).toEqual({ ...recall, channelType: "GROUP", targetId: "g1" });
  });

  test.each(["message:private_recall", "message:group_mentioned_recall"] as const)(
    "is read from the event %s, with the command or without it",
    (type) => {
      expect(read(messageEvent(command(), { type }))).toEqual(recall);
      const withoutCommand = messageEvent({ msgUID: "of-the-message" }, { type });
      expect(read(withoutCommand)).toEqual(recall);
    },
  );

  test.each([
    [true, true],
    [1, true],
    [false, false],
    ["true", false],
    [undefined, false],
  ])("by an admin says so: isAdmin %j", (isAdmin, expected) => {
    expect(read(messageEvent(command({ isAdmin })))).toMatchObject({ isAdmin: expected });
  });

  test.each([
    ["no id", {}],
    ["an empty id", { messageUId: "" }],
    ["an id that is too long", { messageUId: "x".repeat(65) }],
    ["an id that is no string", { messageUId: 7 }],
    ["half an emoji as its id", { messageUId: "\ud83d" }],
  ])("that names %s recalls nothing, least of all itself", (_name, fields) => {
    const { content: _content, ...rest } = command();
    for (const type of ["message:private", "message:private_recall"] as const)
      expect(read(messageEvent({ ...rest, content: JSON.stringify(fields) }, { type }))).toBeUndefined();
  });

  test("is no other message, whatever its text", () => {
    expect(read(messageEvent({ content: command().content ?? "" }))).toBeUndefined();
    expect(read(messageEvent({ ...command(), objectName: "RC:TxtMsg" }))).toBeUndefined();
  });

  test("is read from any content without an error, and names a message by 1 to 64 characters", () => {
    fc.assert(
      fc.property(fc.constantFrom(...eventTypes), fc.json(), fc.boolean(), (type, content, isCommand) => {
        const objectName = isCommand ? "RC:RcCmd" : "RC:TxtMsg";
        const found = read(messageEvent({ objectName, content }, { type }));
        if (!found) return;
        expect(found.msgUID.length).toBeGreaterThan(0);
        expect(found.msgUID.length).toBeLessThanOrEqual(64);
        expect(type.endsWith("_recall") || (isMessageType(type) && isCommand)).toBe(true);
      }),
    );
  });
});
