import { readFileSync } from "node:fs";
import { expect, test } from "@jest/globals";
import { prices } from "../../lib/observability/prices.ts";
import { projectRoot, run } from "../support/local-run.ts";

const page = readFileSync(`${projectRoot}/docs/cost.md`, "utf8");

test("docs/cost.md has the current cost of a million turns and of an idle month", async () => {
  const { code, stdout } = await run([process.execPath, "bench/cost.ts"]).ended;
  expect(code).toBe(0);
  const tables = stdout.trim().split("\n\n");
  expect(tables).toHaveLength(2);
  for (const table of tables) expect(page).toContain(table);
}, 60_000);

test("docs/cost.md has every price that the calculation uses, with its source", () => {
  const listed = [...page.matchAll(/^\| `(\w+)` \| [^|]+ \| [^|]+ \| [^|]*\d{4}[^|]* \|$/gm)].map(
    ([, name]) => name,
  );
  expect(listed).toEqual(Object.keys(prices));
});
