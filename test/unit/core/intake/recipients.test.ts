import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { recipientsOf } from "#core/intake/recipients.ts";
import {
  groupMessage,
  mentioning,
  mentioningEveryone,
  mentioningUsers,
  privateMessage,
} from "../../../support/messages.ts";
import { anyText } from "../../adapters/node/any-text.ts";

const nobody = { userIds: [], everyone: false };
const maxLengthId = "u".repeat(64);

describe("a private message", () => {
  test.each([
    ["has no mentions", privateMessage()],
    ["mentions somebody else", privateMessage({ content: mentioningUsers("bot-other") })],
    ["mentions everyone", privateMessage({ content: mentioningEveryone })],
    ["mentions without saying so", privateMessage({ mentions: false })],
    ["holds no JSON", privateMessage({ content: "hello" })],
  ])("that %s addresses only its target", (_, message) => {
    expect(recipientsOf(message)).toEqual({ userIds: ["bot-helpdesk"], everyone: false });
  });
});

describe("a group message", () => {
  test("addresses the users whom it mentions, and not the group", () => {
    expect(recipientsOf(groupMessage({ content: mentioningUsers("bot-helpdesk", "u8") }))).toEqual({
      userIds: ["bot-helpdesk", "u8"],
      everyone: false,
    });
  });

  test("that mentions everyone addresses everyone, even if it also lists users", () => {
    for (const mentioned of [{ type: 1 }, { type: 1, userIdList: ["bot-helpdesk"] }]) {
      const content = mentioning(mentioned);
      expect(recipientsOf(groupMessage({ content }))).toEqual({ userIds: [], everyone: true });
    }
  });

  test("may have the type of its mention as a string, as RongCloud's PHP SDK documents it", () => {
    const users = mentioning({ type: "2", userIdList: ["bot-helpdesk"] });
    const addressed = [users, mentioning({ type: "1" })].map((content) =>
      recipientsOf(groupMessage({ content })),
    );
    expect(addressed).toEqual([
      { userIds: ["bot-helpdesk"], everyone: false },
      { userIds: [], everyone: true },
    ]);
  });

  test("addresses no one if its server did not set isMentioned, whatever its content says", () => {
    expect(recipientsOf(groupMessage({ mentions: false }))).toEqual(nobody);
    expect(recipientsOf(groupMessage({ mentions: false, content: mentioningEveryone }))).toEqual(nobody);
  });

  test.each([
    ["an empty string", ""],
    ["a string that is not JSON", "@bot-helpdesk hello"],
    ["JSON that ends early", mentioningUsers("bot-helpdesk").slice(0, -1)],
    ["null", "null"],
    ["a number", "2"],
    ["a string", '"mentionedInfo"'],
    ["an array", `[${mentioningUsers("bot-helpdesk")}]`],
    ["no mention", '{"content":"hello"}'],
    ["a mention that is null", mentioning(null)],
    ["a mention that is a string", mentioning('{"type":2,"userIdList":["bot-helpdesk"]}')],
    ["a mention that is an array", mentioning([2, ["bot-helpdesk"]])],
    ["a mention without a type", mentioning({ userIdList: ["bot-helpdesk"] })],
    ["a mention of type 0", mentioning({ type: 0, userIdList: ["bot-helpdesk"] })],
    ["a mention of type 3", mentioning({ type: 3, userIdList: ["bot-helpdesk"] })],
    ["a type that is another string", mentioning({ type: "02", userIdList: ["bot-helpdesk"] })],
    ["a type that is true", mentioning({ type: true, userIdList: ["bot-helpdesk"] })],
    ["no array of users", mentioning({ type: 2 })],
    ["an array that is null", mentioning({ type: 2, userIdList: null })],
    ["an array that is a string", mentioning({ type: 2, userIdList: "bot-helpdesk" })],
    ["an array that is an object", mentioning({ type: 2, userIdList: { 0: "bot-helpdesk", length: 1 } })],
    ["an empty array", mentioningUsers()],
    ["an inherited mention", '{"__proto__":{"mentionedInfo":{"type":2,"userIdList":["bot-helpdesk"]}}}'],
    ["an inherited list", '{"mentionedInfo":{"type":2,"__proto__":{"userIdList":["bot-helpdesk"]}}}'],
    ["lists in each other, sixty thousand deep", `${"[".repeat(60_000)}${"]".repeat(60_000)}`],
  ])("whose content is %s addresses no one", (_, content) => {
    expect(recipientsOf(groupMessage({ content }))).toEqual(nobody);
  });

  test("skips strings that cannot be ids: no store could be asked for them", () => {
    const content = mentioningUsers(null, 7, {}, ["u8"], "", `${maxLengthId}u`, "\ud800", maxLengthId, "u8");
    expect(recipientsOf(groupMessage({ content })).userIds).toEqual([maxLengthId, "u8"]);
  });
});

describe("a message to some members of a group", () => {
  const directedTo = ["bot-helpdesk", "u8"];

  test("addresses those whom it mentions and who receive it", () => {
    const content = mentioningUsers("bot-other", "bot-helpdesk", "u9");
    expect(recipientsOf(groupMessage({ content, directedTo }))).toEqual({
      userIds: ["bot-helpdesk"],
      everyone: false,
    });
  });

  test("that mentions everyone addresses only these, still as everyone", () => {
    expect(recipientsOf(groupMessage({ content: mentioningEveryone, directedTo }))).toEqual({
      userIds: directedTo,
      everyone: true,
    });
  });

  test("that mentions no one addresses no one, even if a bot receives it", () => {
    expect(recipientsOf(groupMessage({ content: "{}", directedTo }))).toEqual(nobody);
  });
});

describe("whatever a message contains", () => {
  const ofAnyShape = fc.oneof(
    fc.string(),
    fc.json(),
    fc.jsonValue().map(mentioning),
    fc
      .record(
        { type: fc.oneof(fc.constantFrom(0, 1, 2), fc.jsonValue()), userIdList: fc.jsonValue() },
        { requiredKeys: [] },
      )
      .map(mentioning),
    fc.array(fc.jsonValue()).map((userIdList) => mentioning({ type: 2, userIdList })),
  );

  test("it is parsed without throwing, and addresses only valid ids", () => {
    fc.assert(
      fc.property(ofAnyShape, fc.array(fc.string()), fc.boolean(), (content, directedTo, mentions) => {
        const { userIds, everyone } = recipientsOf(groupMessage({ content, directedTo, mentions }));
        expect(typeof everyone).toBe("boolean");
        for (const userId of everyone ? [] : userIds) {
          expect(userId.length).toBeGreaterThan(0);
          expect(userId.length).toBeLessThanOrEqual(64);
          expect(directedTo.length === 0 || directedTo.includes(userId)).toBe(true);
        }
        if (!mentions) expect({ userIds, everyone }).toEqual(nobody);
      }),
    );
  });

  test("every id that it mentions is addressed, in order", () => {
    const id = anyText.filter(({ length }) => length >= 1 && length <= 64);
    fc.assert(
      fc.property(fc.array(id), (userIds) => {
        const content = mentioningUsers(...userIds);
        expect(recipientsOf(groupMessage({ content }))).toEqual({ userIds, everyone: false });
      }),
    );
  });
});
