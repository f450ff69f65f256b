import { describe, expect, test } from "@jest/globals";
import { matchesBot } from "../../../../console/src/pages/bots/list/matches-bot.ts";
import { pageOf } from "../../../../console/src/pages/bots/list/page-of.ts";

describe("the list of bots", () => {
  test.each([
    ["7", 7],
    [null, 1],
    ["", 1],
    ["0", 1],
    ["-2", 1],
    ["1.5", 1],
    ["99999999", 1],
    ["x", 1],
  ])("for the address's page %p shows page %p", (given, page) => {
    expect(pageOf(given)).toBe(page);
  });

  test.each([
    ["", true],
    ["refund", true],
    ["BOT-", true],
    ["退款", true],
    ["demo", false],
  ])("filtered by %p shows a bot with this in its ID or name: %p", (text, isShown) => {
    expect(matchesBot({ userId: "bot-1", name: "Refunds 退款" }, text)).toBe(isShown);
  });
});
