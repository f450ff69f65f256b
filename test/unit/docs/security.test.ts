import { existsSync } from "node:fs";
import { expect, test } from "@jest/globals";
import { namedTests } from "../../../scripts/attack/named-tests.ts";
import { projectRoot } from "../../support/local-run.ts";

test("docs/security.md names tests that exist, which `npm run test:attack` runs", () => {
  expect(namedTests().length).toBeGreaterThan(40);
  expect(namedTests().filter((path) => !existsSync(`${projectRoot}${path}`))).toEqual([]);
});
