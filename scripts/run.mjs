// Runs a script of this project with the pinned Node version, after installing missing packages. It runs on whatever
// Node the machine has, before anything is installed, so it imports only Node's own modules.
import { spawn, spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const minNode = 20;
const root = fileURLToPath(new URL("..", import.meta.url));
const pinnedNode = fileURLToPath(
  new URL(`../node_modules/node/bin/node${process.platform === "win32" ? ".exe" : ""}`, import.meta.url),
);

const fail = (line) => {
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

/**
 * Whether node_modules matches the lock file. npm records the installed versions in node_modules/.package-lock.json.
 */
const isInstalled = () => {
  const installed = readPackages("../node_modules/.package-lock.json");
  const wanted = Object.entries(readPackages("../package-lock.json"));
  return wanted.every(
    ([path, { version, optional }]) => path === "" || optional || installed[path]?.version === version,
  );
};

if (Number.parseInt(process.versions.node, 10) < minNode) {
  fail(`Node ${minNode} or later is required; this is Node ${process.versions.node}.`);
}
if (!isInstalled() || !existsSync(pinnedNode)) {
  console.error("Installing dependencies (once, about a minute) …");
  const options = { cwd: root, stdio: ["ignore", "ignore", "inherit"], shell: process.platform === "win32" };
  const { status } = spawnSync("npm", ["ci", "--no-audit", "--no-fund", "--loglevel=error"], options);
  if (status !== 0) fail("npm could not install the dependencies; see above.");
  if (!existsSync(pinnedNode))
    fail("npm skipped the install script of the `node` package. Allow it and retry.");
}

const [script, ...args] = process.argv.slice(2);
// Its IPC channel closes when this process ends, even if it is killed, and the child notices.
const child = spawn(pinnedNode, [script, ...args], {
  stdio: ["inherit", "inherit", "inherit", "ipc"],
  // Node keeps compiled code there: a second start takes a tenth less CPU time.
  env: { NODE_COMPILE_CACHE: `${root}node_modules/.cache/node`, ...process.env },
});
// The terminal sends Ctrl-C to the child too; this process waits for it to finish.
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, () => child.kill(signal));

/** Process id of the npm that started this. The shell between the two forwards no signals and may outlive npm. */
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
