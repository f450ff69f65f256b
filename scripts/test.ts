import { spawnSync } from "node:child_process";
import { performance } from "node:perf_hooks";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
const bin = (name: string): string => fileURLToPath(new URL(`../node_modules/.bin/${name}`, import.meta.url));

/** A command and its arguments. */
type Command = readonly [string, ...string[]];

const jest = (...folders: string[]): Command[] => [
  [
    process.execPath,
    "--experimental-vm-modules",
    "--disable-warning=ExperimentalWarning",
    "node_modules/jest/bin/jest.js",
    ...folders.map((folder) => `test/${folder}/`),
  ],
];

/** What runs in browsers knows the DOM and no Node; all else is the other way round. */
const typeProjects = [".", "client", "console", "test/browser"];

/** What each step runs, one after the other: what listens to clocks and starts bridges has the machine for itself. */
const steps = new Map<string, Command[]>([
  ["lint", [[bin("biome"), "ci", "--error-on-warnings"]]],
  ["types", typeProjects.map((project): Command => [bin("tsc"), "--project", project])],
  ["unit", jest("unit")],
  ["contract", jest("contract")],
  ["infra", jest("infra")],
  ["integration", jest("integration")],
  ["browser", jest("browser")],
]);

const chosen = process.argv.slice(2);
const wrong = chosen.find((name) => !steps.has(name));
if (wrong !== undefined) {
  console.error(`No step is called ${wrong}: there are ${[...steps.keys()].join(", ")}.`);
  process.exit(1);
}

const plan = [...steps].filter(([name]) => chosen.length === 0 || chosen.includes(name));
for (const [name, commands] of plan) {
  const start = performance.now();
  for (const [command, ...args] of commands) {
    const { status } = spawnSync(command, args, { cwd: root, stdio: "inherit" });
    if (status !== 0) process.exit(status ?? 1);
  }
  console.log(`${name}: done in ${((performance.now() - start) / 1000).toFixed(1)} s`);
}
