import { readFileSync } from "node:fs";
import { expect, test } from "@jest/globals";
import { projectRoot, run } from "../support/local-run.ts";

/** If this fails, replace the tables by those that npx node bench/scale.ts prints. */
test("docs/scale.md has the tables of the simulation", async () => {
  const { code, stdout } = await run([process.execPath, "bench/scale.ts"]).ended;
  expect(code).toBe(0);
  const tables = stdout.trim().split("\n\n");
  expect(tables).toHaveLength(3);
  const page = readFileSync(`${projectRoot}/docs/scale.md`, "utf8");
  for (const table of tables) expect(page).toContain(table);
}, 120_000);
