import { spawn } from "node:child_process";
import { once } from "node:events";
import { globSync } from "node:fs";
import { sep } from "node:path";
import { performance } from "node:perf_hooks";
import { fileURLToPath } from "node:url";
import { stopSignal } from "../local/stop-signal.ts";
import { testEnvironment } from "./test/environment.ts";
import { planSteps, type Step, type ToolStep, UnknownWordError } from "./test/plan-steps.ts";

// Runs the test steps that the arguments select (CONTRIBUTING.md).

const root = fileURLToPath(new URL("..", import.meta.url));
/** A file for Node to run, and its arguments. */
type Command = readonly [string, ...string[]];

const tools: Record<ToolStep, Command> = {
  lint: ["node_modules/@biomejs/biome/bin/biome", "ci", "--error-on-warnings"],
  // On one thread it takes half of the CPU time; the other core is busy with tests.
  types: ["scripts/typecheck.ts", "--singleThreaded"],
};

/** These mostly wait for clocks and other processes, so they run in parallel with the others, which use the CPU. */
const waitingNames: readonly string[] = ["integration", "browser"];
const isWaiting = ({ name }: Step): boolean => waitingNames.includes(name);

const commandOf = (step: Step): Command => {
  if (step.kind === "tool") return tools[step.name];
  const { name, files } = step;
  const selection = files === "all" ? ["--roots", `test/${name}`] : ["--runTestsByPath", ...files];
  return ["node_modules/jest/bin/jest.js", ...selection];
};

/**
 * Flags for ES modules in jest; the second hides Node's warning about the first. Jest loads every module again for each
 * test file: with a larger young generation (in MB) garbage collection takes 7 % less of the CPU time.
 */
const nodeOptions = [
  "--experimental-vm-modules",
  "--disable-warning=ExperimentalWarning",
  "--max-semi-space-size=64",
];

/** A step that takes longer is stuck: the slowest takes four minutes. */
const stepLimitMs = 20 * 60_000;

const stopped = stopSignal();

/** Whether the output is streamed, or printed at the end because another step is running. */
type Output = "live" | "at the end";

const succeeds = async (command: Command, output: Output): Promise<boolean> => {
  const limit = AbortSignal.timeout(stepLimitMs);
  const pipe = output === "live" ? "inherit" : "pipe";
  const child = spawn(process.execPath, [...nodeOptions, ...command], {
    cwd: root,
    stdio: ["inherit", pipe, pipe],
    env: testEnvironment(process.env),
    signal: AbortSignal.any([stopped, limit]),
  });
  const printed: Buffer[] = [];
  for (const stream of [child.stdout, child.stderr]) stream?.on("data", (chunk) => printed.push(chunk));
  try {
    const [code] = await once(child, "close");
    return code === 0;
  } catch (error) {
    console.error(limit.aborted ? `stopped after ${stepLimitMs / 60_000} minutes` : error);
    return false;
  } finally {
    process.stdout.write(Buffer.concat(printed));
  }
};

interface Result {
  readonly name: string;
  readonly passed: boolean;
  readonly seconds: number;
}

const lineOf = ({ name, passed, seconds }: Result): string =>
  `${name.padEnd(11)} ${passed ? "passed" : "failed"} ${seconds.toFixed(1).padStart(6)} s`;

type NextStep = () => Step | undefined;

const runInTurn = async (next: NextStep, output: Output): Promise<Result[]> => {
  const results: Result[] = [];
  for (let step = next(); step !== undefined && !stopped.aborted; step = next()) {
    console.log(`${step.name} …`);
    const start = performance.now();
    const passed = await succeeds(commandOf(step), output);
    const result = { name: step.name, passed, seconds: (performance.now() - start) / 1000 };
    results.push(result);
    console.log(`${lineOf(result)}\n`);
  }
  return results;
};

const main = async (): Promise<void> => {
  const testFiles = globSync("test/*/**/*.test.ts", { cwd: root }).map((file) => file.replaceAll(sep, "/"));
  const steps = planSteps(process.argv.slice(2), testFiles.sort());
  const waiting = steps.filter(isWaiting);
  const computing = steps.filter((step) => !isWaiting(step));
  const output = computing.length === 0 ? "live" : "at the end";
  // Whichever of the two is done first takes over the last steps of the other.
  const results = await Promise.all([
    runInTurn(() => computing.shift() ?? waiting.pop(), "live"),
    runInTurn(() => waiting.shift() ?? computing.pop(), output),
  ]);
  const lines = results.flat();
  const failed = lines.filter(({ passed }) => !passed);
  console.log(lines.map(lineOf).join("\n"));
  console.log(`\n${lines.length - failed.length} passed, ${failed.length} failed`);
  process.exitCode = stopped.aborted || failed.length > 0 ? 1 : 0;
};

main().catch((error: unknown) => {
  console.error(error instanceof UnknownWordError ? error.message : error);
  process.exitCode = 1;
});
