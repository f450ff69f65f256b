import { expect, test } from "@jest/globals";
import { makeKeptTurns } from "../../../../client/src/ai-sdk/kept-turns.ts";
import { memoryStorage } from "./memory-storage.ts";

test("the end of a stopped answer does not forget the next one, which has begun meanwhile", () => {
  const storage = memoryStorage();
  const turns = makeKeptTurns(() => storage);
  turns.keep("trip", { turn: "t1", earlier: [] });
  turns.keep("trip", { turn: "t2", earlier: [] });
  turns.forget("trip", "t1");
  expect(turns.of("trip")).toEqual({ turn: "t2", earlier: [] });
  turns.forget("trip", "t2");
  expect(turns.of("trip")).toBeUndefined();
});
