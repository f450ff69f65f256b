import { expect, test } from "@jest/globals";
import { toTurnReply } from "#adapters/api-gateway/turn-reply.ts";
import { pseudonymOf } from "../../../support/pseudonyms.ts";

const story = {
  turn: "turn-1",
  channel: "im",
  appKey: "app-one",
  bot: "bot-1",
  integration: "webhook",
  fromUserId: "u7",
  channelType: "PERSON",
  targetId: "u7",
  msgUID: "m1",
  acceptedAt: 1,
} as const;

test.each([
  ["HTTP 403", "HTTP 403"],
  [
    "ResourceNotFoundException: table arn:aws:dynamodb:eu-west-1:123456789012:table/x",
    "internal error (ResourceNotFoundException)",
  ],
])("a turn that was given up for %s shows %s", (detail, shown) => {
  const ending = { outcome: "given_up", endedAt: 2, detail } as const;
  expect(toTurnReply({ ...story, ending }, pseudonymOf).detail).toBe(shown);
});
