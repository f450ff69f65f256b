import { expect, test } from "@jest/globals";
import fc from "fast-check";
import { parseInput } from "#adapters/api-gateway/parse-input.ts";
import { botChatSchema, pauseSchema } from "../../../../functions/bot-registry/bot-chat-schema.ts";
import { refusalOf } from "../../adapters/api-gateway/refusal.ts";

const chat = { userId: "bot-001", targetId: "u1" };
const until = "2026-01-01T12:00:00Z";

test("a chat is a private one unless it says otherwise", () => {
  expect(parseInput(pauseSchema, { ...chat, until })).toEqual({
    ...chat,
    channelType: "PERSON",
    until: Date.parse(until),
  });
});

test.each<[string, object, string]>([
  ["without an end", chat, "until: is required, got nothing"],
  [
    "with an end without a time zone",
    { ...chat, until: "2026-01-01T12:00:00" },
    "until: must be milliseconds",
  ],
  ["without a target", { userId: "bot-001", until }, "targetId: is required, got nothing"],
  [
    "in another channel",
    { ...chat, until, channelType: "CHATROOM" },
    "channelType: must be one of PERSON, GROUP",
  ],
  [
    "of a member of no group",
    { ...chat, until, fromUserId: "u2" },
    'fromUserId: is only for GROUP; targetId is the user, got "u2"',
  ],
  [
    "with another field",
    { ...chat, until, groupId: "g1" },
    "groupId: is not a field of this call; known fields: userId, channelType",
  ],
])("a pause %s is refused", (_name, sent, message) => {
  expect(refusalOf(() => parseInput(pauseSchema, sent))?.errorMessage).toContain(message);
});

test("whatever is sent, it is parsed or refused with the field", () => {
  const names = ["userId", "channelType", "targetId", "fromUserId", "until", "unknown"];
  fc.assert(
    fc.property(
      fc.constantFrom(botChatSchema, pauseSchema),
      fc.dictionary(fc.constantFrom(...names), fc.anything()),
      (schema, sent) => {
        expect(() => refusalOf(() => parseInput(schema, sent))).not.toThrow();
      },
    ),
  );
});
