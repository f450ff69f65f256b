import { expect, test } from "@jest/globals";
import { endingOfError } from "#core/chat/ending-of-error.ts";
import { BridgeError, callerError } from "#core/shared/errors.ts";
import { LimitReachedError } from "#core/turn/limit-reached-error.ts";

const by = { scope: "bot_user", limit: "turnsPerDay", freeAt: 9_000 } as const;

test.each([
  [new LimitReachedError(by, 1_000), { outcome: "limited", detail: "bot.perUser.turnsPerDay" }],
  [
    callerError("not_found", 'userId: no such bot, got "secret"', "userId: no such bot"),
    { outcome: "refused", code: "not_found", detail: "userId: no such bot" },
  ],
  [
    new BridgeError("upstream_unavailable", "HTTP 503"),
    { outcome: "incomplete", code: "upstream_unavailable", detail: "HTTP 503" },
  ],
  [new Error("a user's text"), { outcome: "incomplete", code: "internal" }],
])("the story of a turn that %s stopped says what it was", (error, ending) => {
  expect(endingOfError(error, 5)).toEqual({ ...ending, endedAt: 5 });
});
