import { readFileSync } from "node:fs";
import { expect, test } from "@jest/globals";
import { prices } from "../../lib/observability/prices.ts";
import { projectRoot, run } from "../support/local-run.ts";

const page = readFileSync(`${projectRoot}/docs/cost.md`, "utf8");

test("what a million turns and an idle month cost stands in docs/cost.md as it is reckoned now", async () => {
  const { code, stdout } = await run([process.execPath, "bench/cost.ts"]).ended;
  expect(code).toBe(0);
  const tables = stdout.trim().split("\n\n");
  expect(tables).toHaveLength(2);
  for (const table of tables) expect(page).toContain(table);
}, 60_000);

test("every price that is reckoned with stands in docs/cost.md, with where it is from", () => {
  const listed = [...page.matchAll(/^\| `(\w+)` \| [^|]+ \| [^|]+ \| [^|]*\d{4}[^|]* \|$/gm)].map(
    ([, name]) => name,
  );
  expect(listed).toEqual(Object.keys(prices));
});
