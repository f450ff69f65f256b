import { expect, test } from "@jest/globals";
import fc from "fast-check";
import { parseInput } from "#adapters/api-gateway/parse-input.ts";
import {
  turnGetSchema,
  turnQuerySchema,
  usageQuerySchema,
} from "../../../../functions/turn-query/query-schema.ts";
import { refusalOf } from "../../adapters/api-gateway/refusal.ts";

test("a time is the same in milliseconds and in ISO 8601, in any time zone", () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 4_102_444_800_000 }), (since) => {
      const iso = new Date(since).toISOString();
      expect(parseInput(turnQuerySchema, { since: iso })).toEqual(parseInput(turnQuerySchema, { since }));
    }),
  );
  const until = parseInput(turnQuerySchema, { until: "2026-11-27T14:03:00+08:00" });
  expect(until).toMatchObject({ until: Date.UTC(2026, 10, 27, 6, 3) });
});

test("whatever is sent, a query is parsed or refused with the field", () => {
  const schemas = [turnQuerySchema, turnGetSchema, usageQuerySchema];
  const names = [
    "unknown",
    "since",
    "until",
    "page",
    "pageSize",
    "outcome",
    "by",
    "userId",
    "turn",
    "msgUID",
  ];
  fc.assert(
    fc.property(
      fc.constantFrom(...schemas),
      fc.dictionary(fc.constantFrom(...names), fc.anything()),
      (schema, sent) => {
        expect(() => refusalOf(() => parseInput(schema, sent))).not.toThrow();
      },
    ),
  );
});

test.each([
  [
    turnQuerySchema,
    { since: "14:03" },
    'since: must be milliseconds since the epoch, or a time such as 2026-11-27T14:03:00Z with its time zone, got "14:03"',
  ],
  [turnQuerySchema, { since: "2026-11-27T14:03:00" }, "since: must be milliseconds"],
  [turnQuerySchema, { until: 1.5 }, "until: must be milliseconds"],
  [turnQuerySchema, { since: 5, until: 5 }, "until: must be after since, got 5"],
  [turnQuerySchema, { pageSize: 101 }, "pageSize: must be an integer from 1 to 100, got 101"],
  [turnQuerySchema, { outcome: "lost" }, "outcome: must be one of running, answered"],
  [
    turnQuerySchema,
    { user: "x" },
    'user: is not a field of this query; known fields: userId, fromUserId, conversation, outcome, since, until, page, pageSize, got "user"',
  ],
  [
    turnGetSchema,
    { turn: "t1", userId: "bot-help" },
    "userId: is not a field of this query; known fields: turn, ",
  ],
  [
    usageQuerySchema,
    { by: "day", userId: "bot-help" },
    "userId: is not a field of this query; known fields: since, ",
  ],
  [turnGetSchema, {}, "body: must have exactly one of turn, msgUID, messageId, requestId, got {}"],
  [turnGetSchema, { turn: "a", msgUID: "b" }, "body: must have exactly one of"],
  [turnGetSchema, { turn: "" }, 'turn: must not be empty, got ""'],
  [usageQuerySchema, { by: "week" }, 'by: must be one of day, bot, user, integration, got "week"'],
  [usageQuerySchema, {}, "by: is required, got nothing"],
])("a request with a fault names the field, the rule and the value", (schema, sent, message) => {
  expect(() => parseInput(schema, sent)).toThrow(message);
});

test("null is as if the field were absent, also of an unknown one", () => {
  const sent = { userId: null, user: null, pageSize: 5 };
  expect(parseInput(turnQuerySchema, sent)).toEqual({ page: 1, pageSize: 5 });
});
