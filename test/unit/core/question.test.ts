import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import type { Bot } from "../../../functions/core/bot.ts";
import type { MessageEvent } from "../../../functions/core/message-event.ts";
import { questionOf } from "../../../functions/core/question.ts";
import { questionInputs } from "../../../functions/core/question-inputs.ts";
import { bot, messageEvent } from "../../support/turns.ts";

const named = { objectNames: [] };
const textOf = (asked: Pick<Bot, "name">, event: MessageEvent): string | undefined =>
  questionOf(asked, named, event)?.text;

describe("the inputs", () => {
  test("are the envelope flattened with underscores, and the metadata under both names", () => {
    expect(questionInputs(bot(), messageEvent({ source: "iOS" }))).toEqual({
      type: "message:private",
      timestamp: "1767225600123",
      bot_userId: "bot-helpdesk",
      bot_name: "Helpdesk",
      bot_profileUrl: "https://example.com/bot.png",
      bot_type: "faq",
      bot_metadata_tone: "formal",
      tone: "formal",
      data_fromUserId: "u7",
      data_toUserId: "bot-helpdesk",
      data_objectName: "RC:TxtMsg",
      data_content: '{"content":"hello"}',
      data_channelType: "PERSON",
      data_msgTimestamp: "1767225600101",
      data_msgUID: "C3JH-8VQ4-0000-0001",
      data_source: "iOS",
    });
  });

  test("are all texts, and no metadata can pass for the sender or the bot", () => {
    const name = fc.oneof(
      fc.constantFrom("data_fromUserId", "bot_name", "type", "__proto__"),
      fc.string({ minLength: 1 }),
    );
    fc.assert(
      fc.property(fc.dictionary(name, fc.string(), { noNullPrototype: true }), (metadata) => {
        const inputs = questionInputs(bot({ metadata }), messageEvent());
        expect(Object.values(inputs).every((value) => typeof value === "string")).toBe(true);
        expect(inputs).toMatchObject({
          data_fromUserId: "u7",
          bot_name: "Helpdesk",
          type: "message:private",
        });
      }),
    );
  });
});

describe("the text", () => {
  test("of a text message is its content", () => {
    expect(textOf(bot(), messageEvent({ content: '{"content":"hi there","extra":"x"}' }))).toBe("hi there");
  });

  test("of a message in a group is what was written to the bot, without its name in front", () => {
    const content = JSON.stringify({ content: "@Helpdesk hello" });
    const event = messageEvent({ channelType: "GROUP", content }, { type: "message:group_mentioned" });
    expect(textOf(bot({ name: "Helpdesk" }), event)).toBe("hello");
  });

  test("of a mention and nothing else is the mention: the bot was called", () => {
    const content = JSON.stringify({ content: "@Helpdesk " });
    const event = messageEvent({ channelType: "GROUP", content }, { type: "message:group_mentioned" });
    expect(textOf(bot({ name: "Helpdesk" }), event)).toBe("@Helpdesk");
  });

  test("of what is no message is its name", () => {
    expect(textOf(bot(), messageEvent({ objectName: "" }, { type: "group:user_join" }))).toBe(
      "group:user_join",
    );
  });

  test.each([
    ["another message type", { objectName: "RC:ImgMsg" }],
    ["nothing but spaces", { content: '{"content":"  "}' }],
    ["content that is not JSON", { content: "hello" }],
    ["content that is no object", { content: "null" }],
  ])("of %s is none", (_, data) => {
    expect(textOf(bot(), messageEvent(data))).toBeUndefined();
  });

  test("of any JSON is a text or none, never an error", () => {
    fc.assert(
      fc.property(fc.oneof(fc.json(), fc.string()), (content) => {
        expect(["string", "undefined"]).toContain(typeof textOf(bot(), messageEvent({ content })));
      }),
    );
  });
});
