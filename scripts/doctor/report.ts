import type { Check, Finding, Findings } from "./check.ts";
import { failedCheck } from "./failed-check.ts";

/** What a check has found, and what later checks need of it. */
export interface Looked<T> {
  readonly findings: Findings;
  readonly found: T | undefined;
}

export interface Report {
  /** Runs a check that others need. Resolves to what it has found for them. */
  readonly look: <T>(name: string, run: () => Promise<Looked<T>>) => Promise<T | undefined>;
  /** Runs the checks at the same time, and prints their lines in this order. */
  readonly run: (checks: readonly Check[]) => Promise<void>;
  /** Whether no problem was found so far. */
  readonly passed: () => boolean;
}

/** As wide as the longest name of a check. */
const nameWidth = 12;

const lineOf = (name: string, finding: Finding): string => {
  const toDo = finding.level === "problem" && finding.toDo !== undefined ? `. To do: ${finding.toDo}` : "";
  return `${finding.level.padEnd(7)}  ${name.padEnd(nameWidth)}  ${finding.text}${toDo}`;
};

/** Prints a line for each finding. A check that fails does not stop the others. */
export const makeReport = (print: (line: string) => void): Report => {
  let problems = 0;
  const add = (name: string, findings: Findings): void => {
    for (const finding of [findings].flat()) {
      print(lineOf(name, finding));
      if (finding.level === "problem") problems += 1;
    }
  };

  return {
    look: async (name, run) => {
      const { findings, found } = await run().catch((error: unknown) => ({
        findings: failedCheck(error),
        found: undefined,
      }));
      add(name, findings);
      return found;
    },
    run: async (checks) => {
      const running = checks.map(({ name, run }) => ({ name, findings: run().catch(failedCheck) }));
      for (const { name, findings } of running) add(name, await findings);
    },
    passed: () => problems === 0,
  };
};
