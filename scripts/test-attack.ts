import { fileURLToPath } from "node:url";
import { namedTests } from "./attack/named-tests.ts";
import { fuzzLocalRun } from "./attack/schemathesis.ts";
import { succeeds } from "./command/succeeds.ts";

// Checks every promise of docs/security.md: runs the tests that it names, the endless answers, and a fuzzer of the API.

const root = fileURLToPath(new URL("..", import.meta.url));

const runNode = (...args: string[]): Promise<boolean> => succeeds(process.execPath, args, { cwd: root });

const steps: Readonly<Record<string, () => Promise<boolean | undefined>>> = {
  "tests that docs/security.md names": () => runNode("scripts/test.ts", ...namedTests()),
  "endless answers (bench/bounds.ts)": () => runNode("bench/bounds.ts"),
  "fuzzer (Schemathesis)": fuzzLocalRun,
};

const resultOf = (passed: boolean | undefined): string => {
  if (passed === undefined) return "left out: it needs Python 3.10 or later, and PyPI";
  return passed ? "passed" : "failed";
};

const results: string[] = [];
for (const [name, step] of Object.entries(steps)) {
  const passed = await step();
  if (passed === false) process.exitCode = 1;
  results.push(`${name.padEnd(34)} ${resultOf(passed)}`);
}
console.log(`\n${results.join("\n")}`);
