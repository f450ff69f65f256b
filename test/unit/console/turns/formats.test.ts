import { execFileSync } from "node:child_process";
import { expect, test } from "@jest/globals";
import fc from "fast-check";
import { priceText } from "../../../../console/src/pages/turns/price-text.ts";
import { storyCommand } from "../../../../console/src/pages/turns/turn/story-command.ts";
import { formatDuration } from "../../../../console/src/text/duration.ts";

test.each([
  [0, "0 ms"],
  [999, "999 ms"],
  [4_312, "4.31 s"],
  [59_999, "60 s"],
  [60_000, "1 min 0 s"],
  [125_400, "2 min 5 s"],
  [7_500_000, "2 h 5 min"],
])("%d ms are written as %s", (ms, text) => {
  expect(formatDuration(ms)).toBe(text);
});

test.each([
  ["0E-7", "USD", "0 USD"],
  ["0.0000012", "USD", "0.0000012 USD"],
  ["1234.5", undefined, "1234.5"],
  ["free", "USD", "free USD"],
])("a price of %s %s is written as %s", (price, currency, text) => {
  expect(priceText(price, currency)).toBe(text);
});

test("an id from a client is only an argument of the copied command", () => {
  expect(storyCommand("5FGT-7VA9-G4DD-4V5P")).toBe("npm run -s story -- --id 5FGT-7VA9-G4DD-4V5P");
  const printable = fc.string({ minLength: 1, maxLength: 20, unit: "grapheme-ascii" });
  fc.assert(
    fc.property(fc.oneof(printable, fc.constant("'; touch /tmp/x; '"), fc.constant("$(id)")), (id) => {
      const argument = storyCommand(id).slice("npm run -s story -- --id ".length);
      expect(execFileSync("sh", ["-c", `printf %s ${argument}`]).toString()).toBe(id);
    }),
    { numRuns: 30 },
  );
});
