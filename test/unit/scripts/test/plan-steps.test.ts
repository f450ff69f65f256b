import { describe, expect, test } from "@jest/globals";
import { planSteps, UnknownWordError } from "../../../../scripts/test/plan-steps.ts";

const testFiles = [
  "test/unit/core/forward-turn.test.ts",
  "test/unit/core/question.test.ts",
  "test/contract/turns-table.test.ts",
  "test/infra/template.test.ts",
  "test/integration/turn.test.ts",
  "test/browser/console.test.ts",
  "test/tables/scale.test.ts",
];

/** `lint`, or the step's name with the names of its files. */
const planned = (...words: string[]): string[] =>
  planSteps(words, testFiles).map((step) => {
    if (step.kind === "tool") return step.name;
    const files = step.files === "all" ? ["all"] : step.files;
    return `${step.name}: ${files.map((file) => file.replace(/.*\/|\.test\.ts$/g, "")).join(" ")}`;
  });

describe("npm test", () => {
  test("runs every step that takes no minutes by itself", () => {
    expect(planned()).toEqual([
      "lint",
      "types",
      "unit: all",
      "contract: all",
      "infra: all",
      "integration: all",
      "browser: all",
    ]);
  });

  test("runs the check of tables only if it is selected", () => {
    expect(planned("tables")).toEqual(["tables: all"]);
    expect(planned("scale")).toEqual(["tables: scale"]);
  });

  test("runs the steps that are named, in the order of a whole run", () => {
    expect(planned("contract", "lint")).toEqual(["lint", "contract: all"]);
  });

  test("runs the files of a step whose path matches", () => {
    expect(planned("unit", "forward-turn")).toEqual(["unit: forward-turn"]);
  });

  test("runs the files of every step whose path matches, and no step without one", () => {
    expect(planned("TURN")).toEqual(["unit: forward-turn", "contract: turns-table", "integration: turn"]);
    expect(planned("test/infra/template.test.ts")).toEqual(["infra: template"]);
    expect(planned("lint", "question$|question\\.")).toEqual(["lint", "unit: question"]);
  });

  test("runs the files that match any of several patterns", () => {
    expect(planned("question", "template")).toEqual(["unit: question", "infra: template"]);
  });

  test.each([
    [["untis"], /^"untis" is neither a step \(lint, types, unit, .*\) nor part of the path of a test file/],
    [["unit", "template"], /^"template" is neither .* in unit\.$/],
    [["question", "no-such"], /^"no-such" is/],
    [["lint", "("], /^"\(" is/],
  ])("rejects the arguments %j, one of which matches nothing", (words, message) => {
    expect(() => planSteps(words, testFiles)).toThrow(UnknownWordError);
    expect(() => planSteps(words, testFiles)).toThrow(message);
  });
});
