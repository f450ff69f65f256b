import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { difyInputs } from "#adapters/dify/dify-inputs.ts";
import { bot, messageEvent } from "../../../support/turns.ts";

describe("the inputs", () => {
  test("are the envelope flattened with underscores, and the metadata under both names", () => {
    expect(difyInputs(bot(), messageEvent({ source: "iOS" }))).toEqual({
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

  test("are all strings, and no metadata can pass for the sender or the bot", () => {
    const name = fc.oneof(
      fc.constantFrom("data_fromUserId", "bot_name", "type", "__proto__"),
      fc.string({ minLength: 1 }),
    );
    fc.assert(
      fc.property(fc.dictionary(name, fc.string(), { noNullPrototype: true }), (metadata) => {
        const inputs = difyInputs(bot({ metadata }), messageEvent());
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
