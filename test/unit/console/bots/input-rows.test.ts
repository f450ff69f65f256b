import { describe, expect, test } from "@jest/globals";
import type { Pair } from "../../../../console/src/pages/bots/form/draft.ts";
import { inputRows } from "../../../../console/src/pages/bots/test/input-rows.ts";
import type { DeclaredInput } from "../../../../console/src/pages/bots/test/test-call.ts";

const input = (given: Partial<DeclaredInput>): DeclaredInput => ({
  name: "tone",
  label: "Tone",
  type: "text-input",
  required: true,
  maxLength: 48,
  options: [],
  filledBy: null,
  fault: null,
  ...given,
});

const rowOf = (given: Partial<DeclaredInput>, ...pairs: Pair[]) => inputRows([input(given)], pairs)[0];

describe("an input that a metadata pair fills", () => {
  const byPair = { filledBy: "metadata.tone" };

  test.each<[string, Partial<DeclaredInput>, Pair[], string | undefined]>([
    ["fine", byPair, [["tone", "friendly"]], undefined],
    ["missing once the pair is removed from the form", byPair, [], "missing"],
    ["not missing if it is not required", { ...byPair, required: false }, [], undefined],
    ["fine once the pair is added to the form", { fault: "missing" }, [["tone", "formal"]], undefined],
    ["too short for a longer value", { ...byPair, maxLength: 5 }, [["tone", "friendly"]], "too_short"],
    [
      "long enough for as many characters as it allows",
      { ...byPair, maxLength: 2 },
      [["tone", "😀😀"]],
      undefined,
    ],
    ["none of its options", { type: "select", options: ["a"] }, [["tone", "b"]], "wrong_option"],
    ["one of its options", { type: "select", options: ["a"] }, [["tone", "a"]], undefined],
    ["no number", { type: "number", maxLength: null }, [["tone", "many"]], "wrong_type"],
    ["a number", { type: "number", maxLength: null }, [["tone", "-1.5"]], undefined],
  ])("is %s", (_, given, pairs, fault) => {
    expect(rowOf(given, ...pairs)?.fault).toBe(fault);
  });

  test("shows the pair, also under the longer name of its input", () => {
    const filler = { kind: "pair", key: "tone" };
    expect(rowOf({}, ["tone", "x"])).toMatchObject({ filler, key: "tone" });
    expect(rowOf({ name: "bot_metadata_tone" }, ["tone", "x"])).toMatchObject({ filler, key: "tone" });
    expect(rowOf({ name: "bot_metadata_tone", filledBy: "metadata.tone" })).toMatchObject({ key: "tone" });
  });
});

describe("an input that the message fills", () => {
  test.each([
    ["text", { kind: "text" }],
    ["data.fromUserId", { kind: "event", path: "data.fromUserId" }],
  ])("%s is not filled by a pair of the same name", (filledBy, filler) => {
    expect(rowOf({ filledBy }, ["tone", "x"])).toMatchObject({ filler, key: undefined, fault: undefined });
  });

  test("keeps the fault that the bridge found", () => {
    expect(rowOf({ filledBy: "data.content", fault: "too_short" })?.fault).toBe("too_short");
  });
});
