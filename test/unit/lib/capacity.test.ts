import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import {
  minAccountConcurrency,
  minRoom,
  minUnreserved,
  slotEnvironment,
  totalBounded,
  totalReserved,
} from "../../../lib/capacity.ts";
import { makeConfig } from "../../../lib/config.ts";

describe("defaults", () => {
  test("of an account with AWS's usual 1,000 executions reserve for callbacks and chats in production only", () => {
    const bounds = { turnsInFlight: 100, webhooksInFlight: 100, chatsInFlight: 300 };
    expect(makeConfig({ stage: "prod" })).toMatchObject({
      ...bounds,
      reservedConcurrency: { "im-callback": 100, "chat-stream": 300 },
    });
    expect(makeConfig({ stage: "dev" })).toMatchObject({ ...bounds, reservedConcurrency: {} });
  });

  test("of a new account with 10 executions reserve nothing, and leave two for callbacks", () => {
    expect(makeConfig({ stage: "prod", accountConcurrency: 10 })).toMatchObject({
      turnsInFlight: 3,
      webhooksInFlight: 2,
      chatsInFlight: 3,
      reservedConcurrency: {},
    });
  });

  test("reserve for callbacks first, where the account does not allow both", () => {
    expect(makeConfig({ stage: "prod", accountConcurrency: 150 }).reservedConcurrency).toEqual({
      "im-callback": 15,
    });
    expect(makeConfig({ stage: "prod", accountConcurrency: 110 }).reservedConcurrency).toEqual({});
  });

  test("fit every account, in every stage, and leave Lambda what it keeps unreserved", () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.integer({ min: minAccountConcurrency, max: 1_200 }),
          fc.integer({ min: 1_000, max: 1_000_000 }),
        ),
        fc.constantFrom("dev", "prod"),
        (accountConcurrency, stage) => {
          const config = makeConfig({ stage, accountConcurrency });
          expect(totalBounded(config)).toBeLessThanOrEqual(accountConcurrency - minRoom(accountConcurrency));
          const reserved = totalReserved(config);
          if (reserved > 0) expect(reserved).toBeLessThanOrEqual(accountConcurrency - minUnreserved);
        },
      ),
    );
  });
});

describe("reserved concurrency", () => {
  test("of a function is added to production's default, and replaces it for that function", () => {
    const reservedConcurrency = { "turn-worker": 100, "im-callback": 50 };
    expect(makeConfig({ stage: "prod", reservedConcurrency }).reservedConcurrency).toEqual({
      "im-callback": 50,
      "chat-stream": 300,
      "turn-worker": 100,
    });
  });

  test("of chat-stream is the number of chats, unless that is set too", () => {
    const reservedConcurrency = { "chat-stream": 50 };
    expect(makeConfig({ reservedConcurrency }).chatsInFlight).toBe(50);
    expect(makeConfig({ reservedConcurrency, chatsInFlight: 40 }).chatsInFlight).toBe(40);
    expect(() => makeConfig({ reservedConcurrency, chatsInFlight: 60 })).toThrow(
      "config: reservedConcurrency.chat-stream: must be at least chatsInFlight",
    );
  });
});

describe("numbers that do not fit the account", () => {
  test("are reported with their sum and what is needed", () => {
    expect(() => makeConfig({ turnsInFlight: 600 })).toThrow(
      "config: accountConcurrency: must be at least 1112: turnsInFlight, webhooksInFlight, chatsInFlight and reservedConcurrency add up to 1000, and a tenth must be left for other functions, got 1000",
    );
    expect(makeConfig({ turnsInFlight: 600, accountConcurrency: 1112 }).turnsInFlight).toBe(600);
    expect(() => makeConfig({ turnsInFlight: 600, accountConcurrency: 1111 })).toThrow(
      "must be at least 1112",
    );
  });

  test("are reported if Lambda would reject the reservations", () => {
    expect(() =>
      makeConfig({ accountConcurrency: 140, reservedConcurrency: { about: 41, "user-token": 1 } }),
    ).toThrow(
      "config: reservedConcurrency: must be at most 40 in total (accountConcurrency less 100 that Lambda keeps unreserved), got 42",
    );
  });

  test("are reported if a bot may have more than its app", () => {
    expect(() => makeConfig({ appShare: 40, botShare: 41 })).toThrow(
      "config: botShare: must be at most appShare",
    );
    expect(makeConfig({ appShare: 40 }).botShare).toBe(40);
  });
});

test.each([
  [100, 75, 50],
  [300, 225, 150],
  [10, 8, 5],
  // A new account: two users can talk to the only bot.
  [3, 2, 2],
  [2, 1, 1],
  [1, 1, 1],
])("of %d in flight one app may have %d, and one bot %d", (inFlight, perApp, perBot) => {
  expect(slotEnvironment(inFlight, { appShare: 75, botShare: 50 })).toEqual({
    SLOTS_PER_APP: String(perApp),
    SLOTS_PER_BOT: String(perBot),
  });
});

test("a share of 100 % is everything, and any other leaves at least one for others, and is at least one", () => {
  fc.assert(
    fc.property(fc.integer({ min: 2, max: 1_000 }), fc.integer({ min: 1, max: 100 }), (inFlight, percent) => {
      const slots = Number(slotEnvironment(inFlight, { appShare: percent, botShare: 1 }).SLOTS_PER_APP);
      expect(slots).toBeGreaterThanOrEqual(1);
      expect(slots).toBeLessThanOrEqual(percent === 100 ? inFlight : inFlight - 1);
      if (percent === 100) expect(slots).toBe(inFlight);
    }),
  );
});
