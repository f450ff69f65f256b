import { expect, test } from "@jest/globals";
import { generatedPages } from "../../../scripts/docs/generated-pages.ts";

test.each(generatedPages())("$path is up to date with the schemas", ({ path, current, expected }) => {
  if (current !== expected) throw new Error(`${path} is out of date: run npm run docs`);
  expect(current).toBe(expected);
});
