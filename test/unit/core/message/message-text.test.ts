import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import type { MessageEvent } from "#core/message/message-event.ts";
import { messageText } from "#core/message/message-text.ts";
import { bot, messageEvent } from "../../../support/turns.ts";

const textOf = (data: Partial<MessageEvent["data"]>, name = "Helpdesk") =>
  messageText(bot({ name }), messageEvent(data));
const content = (given: unknown) => JSON.stringify({ content: given });
const inGroup = (given: string, name?: string) =>
  textOf({ content: content(given), channelType: "GROUP", toUserId: "g1" }, name);

describe("a message's text", () => {
  test.each([
    ["RC:TxtMsg", content("hello"), "hello"],
    ["RC:TxtMsg", content(" \n hello\u3000"), "hello"],
    [
      "RC:ReferenceMsg",
      JSON.stringify({ content: "this one", referMsg: { content: "order 7" } }),
      "this one",
    ],
    ["RC:TxtMsg", content("   "), undefined],
    ["RC:TxtMsg", content(7), undefined],
    ["RC:TxtMsg", "{}", undefined],
    ["RC:TxtMsg", "null", undefined],
    ["RC:TxtMsg", "not JSON", undefined],
    ["RC:ImgMsg", content("aGVsbG8="), undefined],
    ["app:Order", content("hello"), undefined],
  ])("of a %s that contains %s is %j", (objectName, given, text) => {
    expect(textOf({ objectName, content: given })).toBe(text);
  });

  test.each([
    ["@Helpdesk /help", "/help"],
    ["@Helpdesk\u2005/help", "/help"],
    ["@Helpdesk\u3000/help", "/help"],
    ["@Helpdesk\u00a0\n /help", "/help"],
    ["  @Helpdesk /help  ", "/help"],
    ["@Helpdesk @Ann /help", "@Ann /help"],
    ["@Ann @Helpdesk /help", "@Ann @Helpdesk /help"],
    ["@Helpdesk2 /help", "@Helpdesk2 /help"],
    ["@Helpdesk, /help", "@Helpdesk, /help"],
    ["Helpdesk /help", "Helpdesk /help"],
    ["/help @Helpdesk", "/help @Helpdesk"],
    ["@Helpdesk", undefined],
  ])("in a group, %j, has as its text for the bot %j", (given, text) => {
    expect(inGroup(given)).toBe(text);
  });

  test("in a group omits a name that is not a plain word", () => {
    expect(inGroup("@Help (desk).* 客服 /help", "Help (desk).* 客服 ")).toBe("/help");
  });

  test("in private keeps a mention: it is not needed there", () => {
    expect(textOf({ content: content("@Helpdesk /help") })).toBe("@Helpdesk /help");
  });

  test("is parsed from any content without throwing", () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.json()), (given) => {
        expect(["string", "undefined"]).toContain(typeof textOf({ content: given }));
      }),
    );
  });
});
