import { beforeEach, expect, test } from "@jest/globals";
import { type StageToCheck, startStage } from "./stage-to-check.ts";

/** What is wrong, how it comes to be, and the beginnings of the lines that are not `ok`. */
export type Fault = readonly [
  what: string,
  arrange: (stage: StageToCheck) => unknown,
  lines: readonly string[],
];

/** Tests that the command reports each fault in a stage that works otherwise. */
export const testFaults = (faults: readonly Fault[]): void => {
  let stage: StageToCheck;
  beforeEach(async () => {
    stage = await startStage();
  });

  test.each(faults)("if %s, says so and no key", async (_what, arrange, expected) => {
    await arrange(stage);
    const { lines, passed } = await stage.diagnose();
    const found = lines.filter((line) => !line.startsWith("ok "));
    expect(found.map((line, at) => line.slice(0, expected[at]?.length))).toEqual(expected);
    expect(passed).toBe(!expected.some((line) => line.startsWith("problem")));
    expect(lines.join("\n")).not.toMatch(/secret-of-app-one|-of-the-bot|revoked-key|x9~P/);
  });
};
