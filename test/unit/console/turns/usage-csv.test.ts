import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { usageCsv } from "../../../../console/src/pages/turns/usage/usage-csv.ts";
import type { UsageRow } from "../../../../console/src/pages/turns/usage/usage-data.ts";

const row = (group: string, given: Partial<UsageRow> = {}): UsageRow => ({
  group,
  turns: 1,
  outcomes: { answered: 1 },
  promptTokens: 2,
  completionTokens: 3,
  totalTokens: 5,
  price: {},
  ...given,
});

/** The cells of one CSV line that has no line break in a cell. */
const firstCellOf = (csv: string): string => {
  const line = csv.split("\r\n").slice(1).join("\r\n");
  const quoted = /^"((?:[^"]|"")*)"/.exec(line);
  return quoted?.[1]?.replaceAll('""', '"') ?? line.split(",")[0] ?? "";
};

describe("usage as CSV", () => {
  test("has a column for each outcome and each currency that there is", () => {
    const csv = usageCsv("bot", [
      row("a", { outcomes: { failed: 2, answered: 1 }, price: { USD: "0.00001" } }),
      row("b", { outcomes: { running: 1 }, price: { CNY: "3" } }),
    ]);
    expect(csv).toBe(
      "\uFEFFbot,turns,running,answered,failed,promptTokens,completionTokens,totalTokens,price CNY,price USD\r\n" +
        "a,1,0,1,2,2,3,5,0,0.00001\r\n" +
        "b,1,1,0,0,2,3,5,3,0\r\n",
    );
  });

  test.each(["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", '=HYPERLINK("https://evil.example","x")'])(
    "keeps a spreadsheet from running an id such as %j",
    (group) => {
      expect(firstCellOf(usageCsv("user", [row(group)]))).toBe(`'${group}`);
    },
  );

  test("keeps every id, whatever characters it has", () => {
    fc.assert(
      fc.property(fc.string({ minLength: 1 }), (group) => {
        const cell = firstCellOf(usageCsv("user", [row(group)]));
        expect([group, `'${group}`]).toContain(cell);
        expect(cell).not.toMatch(/^[=+\-@\t\r]/);
      }),
    );
  });
});
