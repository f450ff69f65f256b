// Runs a script of this project with the Node that it is made for, installing what is missing first.
// It is started by whatever Node the machine has, before anything is installed: no imports but Node's own.
import { spawn, spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const oldestNode = 20;
const root = fileURLToPath(new URL("..", import.meta.url));
const pinnedNode = fileURLToPath(
  new URL(`../node_modules/node/bin/node${process.platform === "win32" ? ".exe" : ""}`, import.meta.url),
);

const stop = (line) => {
  console.error(line);
  process.exit(1);
};

const readPackages = (file) => {
  try {
    return JSON.parse(readFileSync(new URL(file, import.meta.url), "utf8")).packages;
  } catch {
    return {};
  }
};

/** Whether node_modules holds what the lock file names; npm leaves a note there of what it installed. */
const isInstalled = () => {
  const installed = readPackages("../node_modules/.package-lock.json");
  const wanted = Object.entries(readPackages("../package-lock.json"));
  return wanted.every(
    ([path, { version, optional }]) => path === "" || optional || installed[path]?.version === version,
  );
};

if (Number.parseInt(process.versions.node, 10) < oldestNode) {
  stop(`This needs Node ${oldestNode} or later, and this is Node ${process.versions.node}.`);
}
if (!isInstalled() || !existsSync(pinnedNode)) {
  console.error("Installing what is needed (once, about a minute) …");
  const options = { cwd: root, stdio: ["ignore", "ignore", "inherit"], shell: process.platform === "win32" };
  const { status } = spawnSync("npm", ["ci", "--no-audit", "--no-fund", "--loglevel=error"], options);
  if (status !== 0) stop("npm could not install what is needed: see above.");
  if (!existsSync(pinnedNode))
    stop("npm left out the `node` package's install script: allow it, and try again.");
}

const [script, ...args] = process.argv.slice(2);
// The channel tells the child when this process is gone, however it went.
const child = spawn(pinnedNode, [script, ...args], { stdio: ["inherit", "inherit", "inherit", "ipc"] });
// Ctrl-C reaches the child from the terminal as well; this process waits for it to finish.
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, () => child.kill(signal));

/** npm, where it started this: a shell stands between the two, which passes no signal on and may outlive npm. */
const npmProcess = () => {
  if (process.env.npm_lifecycle_event === undefined || process.platform === "win32") return undefined;
  const { stdout } = spawnSync("ps", ["-o", "ppid=", "-p", String(process.ppid)], { encoding: "utf8" });
  return Number(stdout) || undefined;
};
const isAlive = (pid) => {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
};
const npm = npmProcess();
if (npm !== undefined) setInterval(() => isAlive(npm) || child.kill("SIGTERM"), 500).unref();
child.on("exit", (code, signal) => process.exit(signal ? 1 : code));
