import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";

// Type-checks every project. Arguments go to tsc.

/** Code for browsers has the DOM's types and none of Node's (but for Vite's settings); the rest is the reverse. */
const projects = [".", "client", "console", "test/browser", "examples/use-chat"];

const tsc = fileURLToPath(new URL("../node_modules/typescript/bin/tsc", import.meta.url));
const cwd = fileURLToPath(new URL("..", import.meta.url));

const statuses = projects.map(
  (project) =>
    spawnSync(process.execPath, [tsc, "--project", project, ...process.argv.slice(2)], {
      cwd,
      stdio: "inherit",
    }).status,
);
process.exitCode = statuses.every((status) => status === 0) ? 0 : 1;
