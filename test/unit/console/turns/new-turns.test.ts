import { expect, test } from "@jest/globals";
import { makeNewTurns } from "../../../../console/src/pages/turns/list/new-turns.ts";

test("turns that came after the first list are new for ten seconds", () => {
  const newTurns = makeNewTurns();
  expect(newTurns(["a", "b"], 0)).toEqual(new Set());
  expect(newTurns(["c", "a", "b"], 3_000)).toEqual(new Set(["c"]));
  expect(newTurns(["d", "c", "a"], 6_000)).toEqual(new Set(["d", "c"]));
  expect(newTurns(["d", "c", "a"], 13_000)).toEqual(new Set(["d"]));
});

test("a turn of a list that began empty is new", () => {
  const newTurns = makeNewTurns();
  newTurns([], 0);
  expect(newTurns(["a"], 3_000)).toEqual(new Set(["a"]));
});
